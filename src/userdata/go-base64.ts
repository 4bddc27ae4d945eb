const digitsAndPadding = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * Decodes standard base64 as Go's `base64.StdEncoding` does: line feeds and carriage returns are ignored anywhere, padding
 * is required, other white space is an error, and unused bits of the last digit are not looked at.
 * @returns undefined for a text that is not base64.
 */
export const decodeGoBase64 = (text: string): Uint8Array | undefined => {
  const digits = text.replace(/[\r\n]/g, '')
  if (digits.length % 4 !== 0 || !digitsAndPadding.test(digits)) return undefined
  return Uint8Array.from(atob(digits), character => character.charCodeAt(0))
}
