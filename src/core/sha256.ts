import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** The SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits: the one hash of the pure folders. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))

/** The SHA-256 of bytes, as 64 lower-case hex digits. */
export const sha256HexOfBytes = (bytes: Uint8Array): string => bytesToHex(sha256(bytes))
