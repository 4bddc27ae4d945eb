import { createReadStream, fstatSync } from 'node:fs'
import { ConfigError } from '../../core/errors.ts'
import type { UserDataFacts } from '../../core/user-data.ts'
import { userDataJson, userDataTable } from '../../reports/user-data.ts'
import { type ProvisioningPath, problemsOfPath } from '../../userdata/judge-path.ts'
import { readUserData } from '../../userdata/read.ts'
import type { ExitCode } from '../exit-code.ts'
import { paintFor, type Terminal } from '../terminal.ts'

export interface CheckUserDataOptions {
  /** Who provisions the nodes. @default not known, so that nothing is judged by it */
  readonly path?: ProvisioningPath | undefined
  readonly format: 'text' | 'json'
}

/**
 * Reads a file of user data, or stdin for `-`, and says what is wrong with it.
 * @returns 0 without a problem or construct, 1 with one.
 * @throws {ConfigError} when the file cannot be read; nothing is printed then.
 */
export const checkUserData = async (
  file: string,
  { path, format }: CheckUserDataOptions,
  terminal: Terminal,
): Promise<ExitCode> => {
  const facts = judged(readUserData(await readBytes(file)), path)
  const text =
    format === 'json' ? userDataJson(facts) : userDataTable(facts, paintFor(terminal.stdout, terminal.environment()))
  terminal.stdout.write(text)
  return facts.nodeConfig.problems.length + facts.constructs.length > 0 ? 1 : 0
}

const judged = (facts: UserDataFacts, path: ProvisioningPath | undefined): UserDataFacts => {
  if (path === undefined) return facts
  const { nodeConfig } = facts
  const problems = [...problemsOfPath(facts, path), ...nodeConfig.problems].sort((a, b) => a.line - b.line)
  return { ...facts, nodeConfig: { ...nodeConfig, problems } }
}

const mostBytes = 2 ** 20

/** No more of it than is taken, for a pipe or a device may have no end. */
const readBytes = async (file: string): Promise<Uint8Array> => {
  const name = file === '-' ? 'stdin' : file
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of file === '-' ? stdin() : createReadStream(file, { end: mostBytes })) {
      chunks.push(chunk)
      size += chunk.length
      if (size > mostBytes) break
    }
  } catch (error) {
    throw new ConfigError(`${name} cannot be read: ${reasonOf(error)}.`)
  }
  if (size > mostBytes) {
    throw new ConfigError(
      `${name} is not read, for it is larger than 1 MiB and EC2 takes 16 KB of user data: give the user data alone.`,
    )
  }
  return Buffer.concat(chunks)
}

/** Node itself reads a folder on stdin as if nothing stood there. */
const stdin = () => (fstatSync(0).isDirectory() ? createReadStream('', { fd: 0, autoClose: false }) : process.stdin)

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; name one that holds user data, or - for stdin',
  ENOTDIR: 'a part of its path is a file; name one that holds user data, or - for stdin',
  EISDIR: 'it is a folder; name a file in it that holds user data',
  EACCES: 'permission is denied; allow this user to read it',
}

const reasonOf = (error: unknown) => {
  const { code = '', message } = error as NodeJS.ErrnoException
  return reasons[code] ?? message
}
