import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { ConfigError } from '../core/errors.ts'
import type { Terminal } from './terminal.ts'

/**
 * Writes a report to stdout, or to a file: whole or not at all.
 * @throws {ConfigError} when the file cannot be written.
 */
export const writeReport = async (text: string, file: string | undefined, { stdout }: Terminal): Promise<void> => {
  if (file === undefined) {
    stdout.write(text)
    return
  }
  const draft = `${file}.${randomUUID()}`
  try {
    await writeFile(draft, text)
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw new ConfigError(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}.`)
  }
}
