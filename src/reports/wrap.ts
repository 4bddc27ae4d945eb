/**
 * A text in lines of at most `width` characters, broken between words; a word that is longer stands alone.
 * @param indent what every line but the first begins with.
 */
export const wrapped = (text: string, width: number, indent: string): string => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join(`\n${indent}`)
}
