import { parse, TomlError } from 'smol-toml'
import type { NamedCluster, UserDataProblem } from '../core/user-data.ts'
import { certificateSha256 } from './certificate.ts'

/** What Bottlerocket's settings say about the cluster, and why they cannot be read where they cannot. */
export interface BottlerocketFacts {
  readonly cluster: NamedCluster
  /** The settings that a node cannot join without, by their full names. */
  readonly missing: readonly string[]
  readonly problems: readonly UserDataProblem[]
}

/**
 * Reads Bottlerocket's user data: the TOML of its settings.
 * @param firstLine the line of the decoded user data, from 1, at which `text` starts.
 * @returns the cluster of `settings.kubernetes`, and what is missing of it unless `standalone-mode` needs no cluster. Of
 * text that is no TOML nothing is known but that; never throws. https://bottlerocket.dev/en/os/latest/#/api/settings/kubernetes/
 */
export const readBottlerocket = (text: string, firstLine: number): BottlerocketFacts => {
  if (text.length > mostCharacters) return unreadable(tooLarge, firstLine)
  try {
    // Bottlerocket's integers have 64 bits, which a number has not.
    const settings = parse(text, { maxDepth: deepest, integersAsBigInt: true })
    return factsOf(tableIn(tableIn(settings, 'settings'), 'kubernetes'))
  } catch (error) {
    // The parser's own message quotes the text, which may be secret.
    return unreadable(notToml, error instanceof TomlError ? firstLine + error.line - 1 : firstLine)
  }
}

// Eight times what EC2 takes, for it may be compressed; the parser needs a tenth of a second for the worst of it.
const mostCharacters = 2 ** 16
const deepest = 100

const tooLarge = {
  id: 'bottlerocket-too-large',
  message: 'The settings are longer than 64 KiB and were not read: shorten them, for EC2 takes 16 KB.',
}
const notToml = {
  id: 'bottlerocket-not-toml',
  message: 'The settings are no valid TOML here, so Bottlerocket can read none of them: correct this line.',
}

const unreadable = (problem: Omit<UserDataProblem, 'line'>, line: number): BottlerocketFacts => ({
  cluster: {},
  missing: [],
  problems: [{ ...problem, line }],
})

const needed = ['cluster-name', 'api-server', 'cluster-certificate'] as const

const factsOf = (kubernetes: Table): BottlerocketFacts => {
  const [name, endpoint, certificate] = needed.map(key => textIn(kubernetes, key))
  const caSha256 = certificateSha256(certificate)
  const isAlone = valueIn(kubernetes, 'standalone-mode') === true
  return {
    cluster: {
      ...(name === undefined ? {} : { name }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(caSha256 === undefined ? {} : { caSha256 }),
    },
    missing: needed
      .filter(key => !isAlone && textIn(kubernetes, key) === undefined)
      .map(key => `settings.kubernetes.${key}`),
    problems: [],
  }
}

type Table = Readonly<Record<string, unknown>>

const valueIn = (table: Table, key: string): unknown => (Object.hasOwn(table, key) ? table[key] : undefined)

const tableIn = (table: Table, key: string): Table => {
  const value = valueIn(table, key)
  return typeof value === 'object' && value !== null ? (value as Table) : {}
}

const textIn = (table: Table, key: string): string | undefined => {
  const value = valueIn(table, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}
