/**
 * A text as the cell of a table in GitHub's Markdown: it reads as it is written, and begins neither emphasis nor code,
 * link, mention, HTML or another cell. Line breaks become spaces.
 */
export const markdownCell = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/www(?=\.)/gi, `$&${joiner}`)
    .replaceAll('://', `:${joiner}//`)
    .replace(/[@#](?=\S)|\bGH-(?=\d)/gi, `$&${joiner}`)
    .replace(markup, '\\$&')
    .replace(/[&<>|]/g, mark => entities[mark] ?? mark)

/** What is markup anywhere in a line; what is so at its beginning alone is none in a cell. */
const markup = /[\\`*_[\]~$]/g

/** A pipe ends a cell even where it is escaped after a backslash, so it is named. */
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '|': '&#124;' }

/** WORD JOINER: invisible, and what it parts is no address, mention or issue to the renderers that make links of such. */
const joiner = '\u2060'
