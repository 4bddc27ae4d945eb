/** Go reads through a buffer of this many bytes and fails on a longer line. */
const longestLine = 4096

interface QuotedPrintable {
  readonly text: string
  /** Go's reader fails on it; Python's does not. */
  readonly broken: boolean
}

const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 9 || byte === 10 || byte === 13

const hexDigit = (byte: number | undefined): number => {
  if (byte === undefined) return -1
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

const isRefused = (byte: number): boolean => byte < 128 && (byte < 32 || byte > 126) && byte !== 9 && byte !== 13

/** Appends one line without its end to `out`; tells whether Go takes it. */
const decodeLine = (line: Uint8Array, out: number[]): boolean => {
  for (let at = 0; at < line.length; at++) {
    const byte = line[at] ?? 0
    if (byte !== 61) {
      if (isRefused(byte)) return false
      out.push(byte)
      continue
    }
    const high = hexDigit(line[at + 1])
    const low = hexDigit(line[at + 2])
    if (high >= 0 && low >= 0) {
      out.push(high * 16 + low)
      at += 2
    } else if (at + 1 >= line.length) return false
    else out.push(byte)
  }
  return true
}

/** Whether a `=` at the end of the text before `rest` breaks the line softly, as Go takes it. */
const isSoftBreak = (rest: Uint8Array, atEnd: boolean, lineIsEmpty: boolean): boolean => {
  const first = rest.findIndex(byte => byte !== 32 && byte !== 9)
  if (first < 0) return atEnd && !lineIsEmpty
  return rest[first] === 10 || (rest[first] === 13 && rest[first + 1] === 10)
}

/** Decodes quoted-printable as Go's `mime/quotedprintable` does, up to the first byte on which it fails. */
export const decodeQuotedPrintable = (text: string): QuotedPrintable => {
  const bytes = new TextEncoder().encode(text)
  const out: number[] = []
  const result = (broken: boolean): QuotedPrintable => ({
    text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(out)),
    broken,
  })
  for (let start = 0; start < bytes.length; ) {
    const lineFeed = bytes.indexOf(10, start)
    const next = lineFeed < 0 ? bytes.length : lineFeed + 1
    if (next - start > longestLine || (lineFeed < 0 && next - start >= longestLine)) return result(true)
    let end = next
    while (end > start && isBlank(bytes[end - 1])) end--
    const soft = bytes[end - 1] === 61 && end > start
    const line = bytes.subarray(start, soft ? end - 1 : end)
    if (!decodeLine(line, out)) return result(true)
    if (soft && !isSoftBreak(bytes.subarray(end, next), lineFeed < 0, line.length === 0)) return result(true)
    if (!soft && lineFeed >= 0) {
      if (next - start > 1 && bytes[next - 2] === 13) out.push(13)
      out.push(10)
    }
    start = next
  }
  return result(false)
}
