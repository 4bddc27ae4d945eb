// dynalite 4 ships no types: the part of it that we use.
declare module 'dynalite' {
  import type { Server } from 'node:http'

  interface Options {
    /** The folder of the LevelDB database. @default in memory */
    readonly path?: string
    /** How long a new table is CREATING, in milliseconds. @default 500 */
    readonly createTableMs?: number
  }

  /** Makes a server that does not listen yet; closing it closes the database. */
  const dynalite: (options?: Options) => Server
  export = dynalite
}
