import { openTable as openRealTable, tableDefinition } from '../aws/store.ts'
import { ConfigError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import { holdsTable, openTable as openFolderTable } from '../sandbox/table.ts'

/** Where findings are kept: a table in AWS, or a folder of this machine. */
export type MemoryOptions =
  | { readonly table: string; readonly store?: undefined }
  | { readonly store: string; readonly table?: undefined }

/** A store and how to let go of it. */
export interface Memory {
  readonly store: Store
  close(): Promise<void>
}

/** The folder's table asks for none, and the SDK insists on some. */
const anyCredentials = { accessKeyId: 'none', secretAccessKey: 'none' }

/** The folder of the demo's store, and of `report` where neither table nor folder is named. */
export const defaultFolder = '.eks-node-posture'

/**
 * Opens what `--table` or `--store` names.
 * @param endpointUrl where a table is, instead of AWS; a folder is its own endpoint.
 * @throws {PostureError} when the folder is held by another process or cannot be written.
 */
export const openMemory = async ({ table, store: folder }: MemoryOptions, endpointUrl?: string): Promise<Memory> => {
  if (table !== undefined) {
    const store = openRealTable(table, endpointUrl === undefined ? {} : { endpoint: endpointUrl })
    return { store, close: async () => {} }
  }
  const { endpoint, tableName, close } = await openFolderTable(folder, tableDefinition)
  const store = openRealTable(tableName, { endpoint, region: 'local', credentials: anyCredentials })
  // Whoever opens a folder has it alone, so a lease in it was left by a run that was killed.
  const lease = await store.readLease()
  if (lease) await store.releaseLease(lease.runId)
  return { store, close }
}

/**
 * Opens a store that has to be there, to read from it.
 * @param endpointUrl where a table is, instead of AWS.
 * @throws {ConfigError} when the folder is none.
 */
export const openExistingMemory = async (options: MemoryOptions, endpointUrl?: string): Promise<Memory> => {
  if (options.store !== undefined && !holdsTable(options.store)) {
    throw new ConfigError(
      `There is no store ${options.store}: scan with --store ${options.store} first, or name another.`,
    )
  }
  return openMemory(options, endpointUrl)
}
