import { PostureError } from '../../core/errors.ts'
import { schemaVersion } from './items.ts'

/** An item as ElectroDB gives it back: without keys, with its stamp. */
export interface Item {
  readonly schemaVersion: number
}

/** What a zod schema of core is to a reader of items. */
interface Schema<T> {
  readonly safeParse: (
    value: unknown,
  ) =>
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } }
}
interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

export interface Parser {
  /** The fields of an item of a schema that this version knows. */
  readonly known: <I extends Item>(what: string, item: I) => Omit<I, 'schemaVersion'>
  /** Makes of an item what the schema says. */
  readonly parse: <T>(what: string, schema: Schema<T>, item: Item) => T
}

/** Reads items whole or not at all: what it does not understand ends with one sentence. */
export const parserFor = (tableName: string): Parser => {
  const known: Parser['known'] = (what, { schemaVersion: version, ...fields }) => {
    if (version === schemaVersion) return fields
    if (version < schemaVersion) {
      throw new PostureError(
        `${what} in table ${tableName} was written by an older eks-node-posture (schema ${version}, this one writes ` +
          `${schemaVersion}): delete the store, or name a new one, and scan again.`,
      )
    }
    throw new PostureError(
      `${what} in table ${tableName} was written by a newer eks-node-posture (schema ${version}, this one knows ` +
        `${schemaVersion}); update this one.`,
    )
  }
  const parse: Parser['parse'] = (what, schema, item) => {
    const parsed = schema.safeParse(known(what, item))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw new PostureError(
      `${what} in table ${tableName} is not as eks-node-posture writes it (${issue?.path.join('.')}: ${issue?.message}); ` +
        'find out what else writes to the table, and mend or delete the item.',
    )
  }
  return { known, parse }
}
