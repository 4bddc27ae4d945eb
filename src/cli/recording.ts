import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import type { Who } from '../app/plan.ts'
import type { ScanPorts } from '../app/scan.ts'
import { readText } from '../config/yaml.ts'
import { ConfigError } from '../core/errors.ts'
import { RegionInventory } from '../core/inventory.ts'
import type { AccountReader, OpenAccount, OrganizationReader } from '../core/ports.ts'
import { collected } from '../core/read.ts'
import { Run } from '../core/run.ts'
import { AccountState, OrganizationalUnit } from '../core/target.ts'
import { WrittenCalendar } from '../core/version-support.ts'
import { whyNotWritten } from './output.ts'

const schemaVersion = 2

const Index = z.strictObject({
  schemaVersion: z.literal(schemaVersion),
  run: Run,
  finishedAt: z.iso.datetime(),
  who: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('own') }),
    z.strictObject({ kind: z.literal('organization') }),
    z.strictObject({ kind: z.literal('accounts'), ids: z.array(z.string()) }),
  ]),
  hub: z.strictObject({ accountId: z.string(), partition: z.string(), region: z.string() }),
  organization: z.strictObject({ id: z.string(), managementAccountId: z.string() }).nullable(),
  accounts: z
    .array(
      z.strictObject({
        accountId: z.string(),
        arn: z.string(),
        name: z.string(),
        state: AccountState,
        ouPath: z.array(OrganizationalUnit).nullable(),
      }),
    )
    .nullable(),
  clusterVersions: WrittenCalendar,
  apiCalls: z.record(z.string(), z.int()),
})
type Index = z.infer<typeof Index>

const Access = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('open') }),
  z.strictObject({ status: z.enum(['no-role', 'error']), reason: z.string() }),
])
const Regions = collected(z.strictObject({ name: z.string(), enabled: z.boolean() }))
const Region = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('read'), inventory: RegionInventory }),
  z.strictObject({ status: z.literal('region-disabled'), reason: z.string() }),
])

/** Ports that keep what they read; {@link Recorder.finish} makes the folder appear, whole. */
export interface Recorder {
  readonly ports: ScanPorts
  finish(
    end: Pick<Index, 'run' | 'finishedAt'> & { who: Who; apiCalls: Readonly<Record<string, number>> },
  ): Promise<void>
  /** Leaves nothing behind. */
  abandon(): Promise<void>
}

/** What a recording answers in AWS's place. */
export interface Recording {
  readonly run: Run
  readonly who: Who
  readonly ports: ScanPorts
}

/**
 * Records what `ports` read into a new folder, so that it can be judged again without AWS. Of user data an inventory has
 * facts and no text, so no text of it is written.
 * @throws {ConfigError} when the folder exists and is not empty, or cannot be written.
 */
export const recordTo = async (folder: string, ports: ScanPorts): Promise<Recorder> => {
  const draft = join(dirname(folder), `.${randomUUID()}.recording`)
  await makeDraft(folder, draft)
  const keep = async (value: unknown, ...path: string[]) => {
    const file = join(draft, ...path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `${JSON.stringify(value, null, 1)}\n`)
  }
  const seen: Pick<Index, 'organization' | 'accounts' | 'clusterVersions'> & { hub?: Index['hub'] } = {
    organization: null,
    accounts: null,
    clusterVersions: {},
  }

  const organization: OrganizationReader = {
    whoAmI: async () => {
      seen.hub = await ports.organization.whoAmI()
      return seen.hub
    },
    listAccounts: async () => {
      const accounts = await ports.organization.listAccounts()
      seen.accounts = accounts.map(account => ({ ...account, ouPath: account.ouPath && [...account.ouPath] }))
      return accounts
    },
    describeOrganization: async () => {
      const described = await ports.organization.describeOrganization()
      seen.organization = described ?? null
      return described
    },
    describeClusterVersions: async () => {
      const calendar = await ports.organization.describeClusterVersions()
      seen.clusterVersions = Object.fromEntries(calendar)
      return calendar
    },
  }
  const openAccount: OpenAccount = async (target, share) => {
    const access = await ports.openAccount(target, share)
    const place = ['accounts', target.accountId]
    if (access.status !== 'open') {
      await keep(access, ...place, 'access.json')
      return access
    }
    await keep({ status: 'open' }, ...place, 'access.json')
    return {
      status: 'open',
      reader: keepingReader(access.reader, (value, name) => keep(value, ...place, `${name}.json`)),
    }
  }
  return {
    ports: { ...ports, organization, openAccount },
    finish: async end => {
      await keep({ schemaVersion, ...end, ...seen }, 'run.json')
      await rename(draft, folder).catch(error => {
        throw cannotRecord(folder, error)
      })
    },
    abandon: () => rm(draft, { recursive: true, force: true }),
  }
}

const makeDraft = async (folder: string, draft: string) => {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && folder !== '') return []
    throw cannotRecord(folder, error)
  })
  if (entries.length > 0) throw new ConfigError(`${folder} is not empty: name a new folder for --record.`)
  try {
    await mkdir(dirname(folder), { recursive: true })
    await mkdir(draft)
  } catch (error) {
    throw cannotRecord(folder, error)
  }
}

const cannotRecord = (folder: string, error: unknown) =>
  new ConfigError(
    `Nothing can be recorded in ${folder || 'a folder without a name'}: ${whyNotWritten(error)}. Name a new folder for --record.`,
  )

const keepingReader = (
  reader: AccountReader,
  keep: (value: unknown, name: string) => Promise<void>,
): AccountReader => ({
  listRegions: async () => {
    const regions = await reader.listRegions()
    await keep(regions, 'regions')
    return regions
  },
  readRegion: async (region, wanted) => {
    const read = await reader.readRegion(region, wanted)
    await keep(read, region)
    return read
  },
})

/**
 * Ports that answer from a recording.
 * @throws {ConfigError} when a file is missing or is no recording's.
 */
export const replayFrom = async (folder: string): Promise<Recording> => {
  const load = async <T extends z.ZodType>(schema: T, ...path: string[]): Promise<z.output<T>> => {
    const file = join(folder, ...path)
    const text = await readText(file)
    try {
      const json: unknown = JSON.parse(text)
      refuseOtherVersion(folder, json)
      return schema.parse(json)
    } catch (error) {
      if (error instanceof ConfigError) throw error
      const [issue] = error instanceof z.ZodError ? error.issues : []
      const where = issue ? `${issue.path.join('.')}: ${issue.message}` : 'it is no JSON'
      throw new ConfigError(`${file} is not from a recording of this version: ${where}.`)
    }
  }
  const { run, who, hub, organization, accounts, clusterVersions, finishedAt, apiCalls } = await load(Index, 'run.json')
  return {
    run,
    who,
    ports: {
      organization: {
        whoAmI: async () => hub,
        listAccounts: async () => accounts ?? [],
        describeOrganization: async () => organization ?? undefined,
        describeClusterVersions: async () => new Map(Object.entries(clusterVersions)),
      },
      openAccount: async ({ accountId }) => {
        const place = ['accounts', accountId] as const
        if (!existsSync(join(folder, ...place, 'access.json'))) {
          return {
            status: 'error',
            reason: 'the recording does not hold the account: it was made with a narrower scope',
          }
        }
        const access = await load(Access, ...place, 'access.json')
        if (access.status !== 'open') return access
        const reader: AccountReader = {
          listRegions: () => load(Regions, ...place, 'regions.json'),
          readRegion: region => load(Region, ...place, `${region}.json`),
        }
        return { status: 'open', reader }
      },
      apiCalls: () => apiCalls,
      now: () => new Date(finishedAt),
    },
  }
}

const Versioned = z.object({ schemaVersion: z.int() })

const refuseOtherVersion = (folder: string, json: unknown) => {
  const { data } = Versioned.safeParse(json)
  if (data === undefined || data.schemaVersion === schemaVersion) return
  throw new ConfigError(
    `${folder} is a recording of version ${data.schemaVersion}, and this tool reads version ${schemaVersion}: scan again with --record.`,
  )
}
