import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { PostureError } from '../core/errors.ts'

/** Who has a folder: one process, on one host, since it started. */
interface Holder {
  readonly pid: number
  readonly host: string
  readonly startedAt: string
}

/** A lock that this process holds. */
export interface FolderLock {
  /** Gives it up, unless it is somebody else's by now. */
  readonly release: () => void
}

/**
 * Takes the lock `file`. A lock that a process of this host left behind when it died is taken over.
 * @throws {PostureError} when another process, or this one, holds it.
 */
export const lockFolder = (folder: string, file: string): FolderLock => {
  const mine = JSON.stringify(thisProcess())
  while (!isWritten(file, mine)) {
    const found = readText(file)
    if (found === undefined) continue
    const holder = holderIn(found)
    if (holder === undefined || isAlive(holder)) throw new PostureError(refusal(folder, file, holder))
    remove(file, found)
  }
  return { release: () => remove(file, mine) }
}

/** The start tells this process from an earlier one with its number: in a container that is often the same. */
const thisProcess = (): Holder => ({
  pid: process.pid,
  host: hostname(),
  startedAt: new Date(performance.timeOrigin).toISOString(),
})

/** Creates the file with that text, or does nothing when there is one: O_EXCL leaves no moment between. */
const isWritten = (file: string, text: string) => {
  try {
    writeFileSync(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const readText = (file: string) => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Removes the lock with that text. What was moved aside in its place, of one who was faster, goes back. */
const remove = (file: string, text: string) => {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (readText(aside) === text) rmSync(aside)
  else renameSync(aside, file)
}

const holderIn = (text: string): Holder | undefined => {
  try {
    const { pid, host, startedAt } = JSON.parse(text) as Partial<Holder>
    return pid === undefined || host === undefined || startedAt === undefined ? undefined : { pid, host, startedAt }
  } catch {
    return undefined
  }
}

/** A process of another host cannot be asked, so it counts as alive. */
const isAlive = ({ pid, host, startedAt }: Holder) => {
  const self = thisProcess()
  if (host !== self.host) return true
  if (pid === self.pid) return startedAt === self.startedAt
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const refusal = (folder: string, file: string, holder: Holder | undefined) => {
  const who = holder
    ? `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}, which started at ${holder.startedAt},`
    : 'somebody who did not sign the lock'
  return `The store ${folder} is in use: ${who} holds it. Wait for it, or use another --store; if no such process runs, delete ${file}.`
}
