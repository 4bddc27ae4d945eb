const compiled = new Map<string, RegExp>()

/** Whether an IAM action (`ec2:DescribeImages`) matches one of some patterns (`ec2:Describe*`), as IAM does: `*`, `?`, any case. */
export const matchesAny = (patterns: readonly string[], action: string) =>
  patterns.some(pattern => expressionOf(pattern).test(action))

const expressionOf = (pattern: string) => {
  const known = compiled.get(pattern)
  if (known) return known
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  const expression = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i')
  compiled.set(pattern, expression)
  return expression
}
