import { sha256HexOfBytes } from '../core/sha256.ts'
import { decodeGoBase64 } from './go-base64.ts'

/**
 * The SHA-256, in hex, of the bytes of a certificate authority that user data gives in base64.
 * @returns undefined where there is none, or where it is no base64.
 */
export const certificateSha256 = (base64: string | undefined): string | undefined => {
  const bytes = base64 ? decodeGoBase64(base64) : undefined
  return bytes && sha256HexOfBytes(bytes)
}
