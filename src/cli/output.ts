import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError } from '../core/errors.ts'
import type { Terminal } from './terminal.ts'

/**
 * Makes sure, before a scan, that its report will find a place.
 * @throws {ConfigError} when the file cannot be written.
 */
export const checkOutput = async (file: string | undefined): Promise<void> => {
  if (file === undefined) return
  try {
    await access(dirname(file), constants.W_OK)
  } catch (error) {
    throw cannotWrite(file, error)
  }
  const existing = await stat(file).catch(() => undefined)
  if (existing?.isDirectory()) throw new ConfigError(`${file} cannot be written: it is a folder.`)
}

/**
 * Writes a report to stdout, or to a file: whole or not at all.
 * @throws {ConfigError} when the file cannot be written.
 */
export const writeReport = async (text: string, file: string | undefined, { stdout }: Terminal): Promise<void> => {
  if (file === undefined) {
    stdout.write(text)
    return
  }
  const existing = await stat(file).catch(() => undefined)
  // A pipe or a device is written to; only a file can be replaced, and of a link the file that it leads to.
  const isReplaced = existing === undefined || existing.isFile()
  const target = existing ? await realpath(file) : file
  const draft = isReplaced ? `${target}.${randomUUID()}` : target
  try {
    await writeFile(draft, text)
    if (isReplaced) await rename(draft, target)
  } catch (error) {
    if (isReplaced) await rm(draft, { force: true })
    throw cannotWrite(file, error)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EACCES: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
}

/** Why a file or folder could not be written, in words. */
export const whyNotWritten = (error: unknown): string => {
  const { code = '', message } = error as NodeJS.ErrnoException
  return reasons[code] ?? message
}

const cannotWrite = (file: string, error: unknown) =>
  new ConfigError(`${file} cannot be written: ${whyNotWritten(error)}.`)
