const octet = /^(?:0|[1-9][0-9]{0,2})$/
const group = /^[0-9a-fA-F]{1,4}$/
const prefixLength = /^[0-9]{1,7}$/
const longestCidr = 64

const isIpv4 = (address: string): boolean => {
  const octets = address.split('.')
  return octets.length === 4 && octets.every(part => octet.test(part) && Number(part) <= 255)
}

/** How many of the eight groups of IPv6 a colon-separated stretch fills; undefined where it holds anything else. */
const groupsIn = (stretch: string, mayEndInIpv4: boolean): number | undefined => {
  if (stretch === '') return 0
  const parts = stretch.split(':')
  const last = parts.at(-1) ?? ''
  const embedded = mayEndInIpv4 && isIpv4(last)
  const groups = embedded ? parts.slice(0, -1) : parts
  return groups.every(part => group.test(part)) ? groups.length + (embedded ? 2 : 0) : undefined
}

const isIpv6 = (address: string): boolean => {
  const stretches = address.split('::')
  if (stretches.length > 2) return false
  const [before = '', after] = stretches
  if (after === undefined) return groupsIn(before, true) === 8
  const filled = [groupsIn(before, false), groupsIn(after, true)]
  return filled.every(count => count !== undefined) && (filled[0] ?? 0) + (filled[1] ?? 0) < 8
}

/** Whether Go's `net.ParseCIDR` takes a text for an IPv4 or IPv6 range; nodeadm derives the address of DNS from it. */
export const isCidr = (text: string): boolean => {
  if (text.length > longestCidr) return false
  const [address = '', length = '', ...rest] = text.split('/')
  if (rest.length > 0 || !prefixLength.test(length)) return false
  return (isIpv4(address) && Number(length) <= 32) || (isIpv6(address) && Number(length) <= 128)
}
