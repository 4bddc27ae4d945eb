import { execFileSync } from 'node:child_process'

interface Match {
  readonly Level: string
  readonly Rule: { readonly Id: string }
  readonly Message: string
}

/** What cfn-lint finds wrong with a template, its warnings and advice left out unless `levels` says otherwise. */
export const cfnLintMatches = (template: string, levels: readonly string[] = ['Error']): string[] => {
  // The template last and after --, for a list of checks to include takes whatever follows it.
  const args = ['--format', 'json', '--non-zero-exit-code', 'none', '--include-checks', 'I', '--', template]
  const matches = JSON.parse(execFileSync('cfn-lint', args, { encoding: 'utf8' }) || '[]') as Match[]
  return matches.filter(({ Level }) => levels.includes(Level)).map(({ Rule, Message }) => `${Rule.Id} ${Message}`)
}
