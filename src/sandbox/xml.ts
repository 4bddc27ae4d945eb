const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
}

const escaped = (text: string) => text.replace(/[&<>"\r]/g, character => escapes[character] ?? character)

/** One element. A list becomes an element with one `item` element a member; what is undefined or null is left out. */
export const element = (name: string, value: unknown, item: string): string => {
  if (value === undefined || value === null) return ''
  return `<${name}>${contentOf(value, item)}</${name}>`
}

/** The elements of an object's members, without one around them. */
export const contentOf = (value: unknown, item: string): string => {
  if (Array.isArray(value)) return value.map(member => element(item, member, item)).join('')
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object' || value === null) return escaped(String(value))
  return Object.entries(value)
    .map(([key, member]) => element(key, member, item))
    .join('')
}
