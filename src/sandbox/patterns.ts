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

const compiledFilters = new Map<string, RegExp>()

/** Whether a value matches a filter of EC2's: `*` is any text, `?` none or one character, a backslash takes both away. */
export const matchesFilter = (pattern: string, value: string) => {
  const known = compiledFilters.get(pattern)
  if (known) return known.test(value)
  const symbols = pattern.match(/\\?./gsu) ?? []
  const expression = new RegExp(`^${symbols.map(symbolExpression).join('')}$`, 'su')
  compiledFilters.set(pattern, expression)
  return expression.test(value)
}

const symbolExpression = (symbol: string) => {
  if (symbol === '*') return '.*'
  if (symbol === '?') return '.?'
  const character = symbol.length > 1 && symbol.startsWith('\\') ? symbol.slice(1) : symbol
  return character.replace(/[.*+?^${}()|[\]\\/]/, '\\$&')
}
