import type { Use } from '../shell-use.ts'
import { isQuestion, unitsOf } from './programs.ts'

/** A test that concerns every construct: one of the distribution, or of nodeadm. */
export const anything = '*'

const searches = new Set(['which', 'type', 'hash', 'whereis'])
const tests = new Set(['[', '[[', 'test'])
const readers = new Set(['grep', 'egrep', 'awk', 'sed', 'cut', '.', 'source', 'case', 'cat', ...tests])
const releases =
  /^\/(etc\/(os-release|system-release(-cpe)?|redhat-release|amazon-linux-release|image-id)|usr\/lib\/os-release)$/
const distribution = /Amazon Linux|amzn|AL2023|al2023/
const packageQueries = new Set(['-q', '-qa', '--query', 'list'])
const controlGroups = /^\/sys\/fs\/cgroup(\/|\/cgroup\.controllers)?$/
const folder = /^.*\//

const names = (words: readonly string[]) => words.filter(word => !word.startsWith('-'))

/**
 * The programs, packages and paths that a command tests for, by the names that findings give them: `command -v docker`,
 * `[ -f path ]`, `rpm -q name`, `systemctl is-active unit`, or the release files of the distribution.
 */
export const testedBy = (use: Use): readonly string[] => {
  const { program, words } = use
  if (words.length === 0) return words
  if (words.some(word => controlGroups.test(word))) return ['/sys/fs/cgroup']
  if (readers.has(program) && testsDistribution(use)) return [anything]
  if (program === 'rpm' && words.some(word => /^(-E|--eval)$/.test(word))) return [anything]
  const found = testedNames(use).map(name => (name.startsWith('/') ? name : name.replace(folder, '')))
  const bare = found.map(name => (/^\/(usr\/)?(local\/)?s?bin\//.test(name) ? name.replace(folder, '') : name))
  return bare.includes('nodeadm') ? [anything] : bare
}

const testsDistribution = ({ program, words, captured }: Use): boolean => {
  if (tests.has(program) || program === 'case')
    return words.some(word => distribution.test(word) || releases.test(word))
  // A bare `cat /etc/os-release` only tells a log; in a substitution its answer goes somewhere.
  if (program === 'cat' && !captured) return false
  return words.some(word => releases.test(word))
}

const testedNames = (use: Use): readonly string[] => {
  const { program, words } = use
  if (program === 'command' && /^-[vV]$/.test(words[0] ?? '')) return words.slice(1)
  if (searches.has(program)) return names(words)
  if (tests.has(program)) return words.filter(word => word.startsWith('/'))
  if (program === 'rpm' || program === 'yum' || program === 'dnf') {
    return packageQueries.has(words[0] ?? '') ? names(words) : []
  }
  const { verb, units } = unitsOf(use)
  return isQuestion(verb) ? units : []
}
