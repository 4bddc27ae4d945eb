import { Gunzip } from 'fflate'

/** More than this is not unfolded: six times what EC2 takes as user data, and as much as can be judged in 100 ms. */
export const unfoldedLimit = 96 * 1024
const pieceBytes = 1024
const trailerBytes = 8

type Gunzipped =
  | { readonly status: 'ok'; readonly bytes: Uint8Array }
  | { readonly status: 'broken' }
  | { readonly status: 'too-large' }

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

const crc32 = (crc: number, bytes: Uint8Array): number => {
  let value = ~crc
  for (const byte of bytes) value = (crcTable[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8)
  return ~value >>> 0
}

const uint32At = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0

const join = (chunks: readonly Uint8Array[], length: number): Uint8Array => {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

interface Member {
  crc: number
  length: number
}

const endsWithTrailer = (bytes: Uint8Array, end: number, { crc, length }: Member): boolean =>
  end >= trailerBytes &&
  uint32At(bytes, end - trailerBytes) === crc &&
  uint32At(bytes, end - trailerBytes / 2) === length

/**
 * Unfolds gzip of one or more members, in small pieces so that a bomb ends at `UNFOLDED_LIMIT` bytes. `broken` is what
 * Go's reader fails on too (nodeadm, `encoding.go`): no header, a cut end, a checksum that differs, anything after the
 * last member.
 */
export const gunzip = (bytes: Uint8Array): Gunzipped => {
  const chunks: Uint8Array[] = []
  let total = 0
  let sound = true
  let member: Member = { crc: 0, length: 0 }
  const stream = new Gunzip(chunk => {
    total += chunk.length
    if (total > unfoldedLimit) return
    member.crc = crc32(member.crc, chunk)
    member.length += chunk.length
    chunks.push(chunk)
  })
  stream.onmember = start => {
    sound &&= endsWithTrailer(bytes, start, member)
    member = { crc: 0, length: 0 }
  }
  try {
    for (let at = 0; at < bytes.length && total <= unfoldedLimit; at += pieceBytes) {
      stream.push(bytes.subarray(at, at + pieceBytes), at + pieceBytes >= bytes.length)
    }
  } catch {
    return { status: 'broken' }
  }
  if (total > unfoldedLimit) return { status: 'too-large' }
  if (!sound || !endsWithTrailer(bytes, bytes.length, member)) return { status: 'broken' }
  return { status: 'ok', bytes: join(chunks, total) }
}
