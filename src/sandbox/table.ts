import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ConfigError, PostureError } from '../core/errors.ts'
import { lockFolder } from './folder-lock.ts'

/** A table that is kept in a folder and answers any DynamoDB client, whatever its Region and credentials. */
export interface FolderTable {
  /** For a client's endpoint: `http://127.0.0.1:<port>`. */
  readonly endpoint: string
  readonly tableName: string
  /** Waits for what is being asked, closes the database and frees the folder. */
  close(): Promise<void>
}

const host = '127.0.0.1'
const tableName = 'eks-node-posture'
const lockName = 'lock.json'
const timeoutMs = 10_000

/**
 * Opens the table in a folder, and creates either where it is missing. One process has a folder at a time: LevelDB, below
 * dynalite, refuses a second one, and dynalite does not say so.
 * @param definition the input of CreateTable, all but the name.
 * @throws {ConfigError} when the path is no folder, may not be written to, or holds something else.
 * @throws {PostureError} when somebody has the folder open, or its database cannot be opened.
 */
export const openTable = async (folder: string, definition: object): Promise<FolderTable> => {
  makeFolder(folder)
  const lock = lockFolder(folder, join(folder, lockName))
  try {
    const server = await serveTable(folder, definition)
    return {
      endpoint: endpointOf(server),
      tableName,
      close: async () => {
        await stop(server)
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Whether a table was ever opened in a folder; nothing is written to find out. */
export const holdsTable = (folder: string): boolean => existsSync(databaseIn(folder))

const databaseIn = (folder: string) => join(folder, 'table')

const makeFolder = (folder: string) => {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const isFile = code === 'EEXIST' || code === 'ENOTDIR'
    const why = isFile
      ? 'is a file, or below one'
      : `cannot be written to (${code}), which its lock needs even of a reader`
    throw new ConfigError(`The store ${folder} ${why}: name another folder with --store.`, { cause: error })
  }
  if (!holdsTable(folder) && readdirSync(folder).some(name => !name.startsWith(lockName))) {
    throw new ConfigError(`The folder ${folder} is no store and not empty: name an empty or a new one with --store.`)
  }
}

const serveTable = async (folder: string, definition: object): Promise<Server> => {
  const database = databaseIn(folder)
  const server = await serve(database)
  try {
    const status = await orRefusal(folder, statusOf(server))
    if (status === 'ACTIVE') return server
    if (status === undefined) {
      await create(server, definition)
      return server
    }
  } catch (error) {
    // Where the database is broken, what was asked is never answered.
    server.closeAllConnections()
    await stop(server)
    throw error
  }
  // Whoever created the table died over it, so it is empty, and would stay like that for ever.
  await stop(server)
  rmSync(database, { recursive: true })
  return serveTable(folder, definition)
}

/**
 * The first answer of a database, or the sentence for one that cannot be opened: dynalite throws that where only the
 * process can catch it.
 */
const orRefusal = async <T>(folder: string, asking: Promise<T>): Promise<T> => {
  const broken = Promise.withResolvers<never>()
  const refuse = (cause: Error) => {
    const why = `cannot be opened (${cause.message})`
    const what = `it is damaged, or belongs to somebody else. Name another folder with --store, or delete this one`
    broken.reject(new PostureError(`The store ${folder} ${why}: ${what}.`, { cause }))
  }
  process.setUncaughtExceptionCaptureCallback(refuse)
  try {
    return await Promise.race([asking, broken.promise])
  } finally {
    process.setUncaughtExceptionCaptureCallback(null)
  }
}

const serve = async (database: string) => {
  // Half of what the command line would load, and most commands need no store.
  const { default: dynalite } = await import('dynalite')
  const server = dynalite({ path: database, createTableMs: 0 })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  return server
}

const stop = (server: Server) =>
  new Promise<void>((resolve, reject) => {
    // A connection that was answering would be kept for its next request, which cannot come.
    const hangingUp = setInterval(() => server.closeIdleConnections(), 10)
    server.close(error => {
      clearInterval(hangingUp)
      if (error) reject(error)
      else resolve()
    })
  })

const endpointOf = (server: Server) => `http://${host}:${(server.address() as AddressInfo).port}`

const create = async (server: Server, definition: object) => {
  const { status, answer } = await ask(server, 'CreateTable', { ...definition, TableName: tableName })
  if (status !== 200) throw new PostureError(`The store's table could not be created: ${answer.message}`)
  while ((await statusOf(server)) !== 'ACTIVE') await setTimeout(5)
}

const statusOf = async (server: Server) => {
  const { answer } = await ask(server, 'DescribeTable', { TableName: tableName })
  return answer.Table?.TableStatus
}

interface Answer {
  readonly Table?: { readonly TableStatus: string }
  readonly message?: string
}

/** One call of DynamoDB as it stands on the wire; dynalite looks at the form of a signature, and at no more. */
const ask = async (server: Server, action: string, input: object) => {
  const response = await fetch(endpointOf(server), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${action}`,
      'x-amz-date': '20261122T020000Z',
      authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(timeoutMs),
  })
  return { status: response.status, answer: (await response.json()) as Answer }
}
