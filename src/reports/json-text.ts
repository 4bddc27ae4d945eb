/** A value as JSON that no terminal obeys: names and reasons in it come from accounts that are not ours. */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(obeyed, escapeSequence)

// JSON leaves these as they are, and some terminals obey them: https://www.rfc-editor.org/rfc/rfc8259#section-7
const obeyed = /[\u007f-\u009f]/g
const escapeSequence = (mark: string) => `\\u00${mark.charCodeAt(0).toString(16)}`
