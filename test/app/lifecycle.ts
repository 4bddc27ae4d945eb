import fc from 'fast-check'
import { departedSince, regionsIn } from '../../src/app/departed.ts'
import { type RememberNight, remember } from '../../src/app/remember.ts'
import { beginRun, endRun, type RunPorts } from '../../src/app/runs.ts'
import { type ScanMemory, scan } from '../../src/app/scan.ts'
import type { AccountResult } from '../../src/app/scan-account.ts'
import { defineCheck } from '../../src/core/check.ts'
import { selectChecks } from '../../src/core/evaluate.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { type Policy, policySchema } from '../../src/core/policy.ts'
import type { AccountReader, OpenAccount } from '../../src/core/ports.ts'
import { type Failure, known, unknownBecause } from '../../src/core/read.ts'
import { type Run, startRun } from '../../src/core/run.ts'
import { pass, type Verdict } from '../../src/core/verdict.ts'
import * as build from '../support/build.ts'
import { type MemoryStore, memoryStore } from '../support/memory-store.ts'
import { enabled, hub, member, memberId, organization } from './fakes.ts'

/**
 * Nights of an organization with one member, of two Regions: a cluster, a launch template and a node group of Karpenter in
 * each. They are played through the whole scan, from the plan to the end of the run.
 */

export const things = ['shop', 'till', 'spot'] as const
export type Thing = (typeof things)[number]
/** In the first alone the hub has Regions. */
export const places = ['eu-west-1', 'ap-south-1'] as const
export type Place = (typeof places)[number]
export const ids = { shop: 'cluster-fine', till: 'launch-template-fine', spot: 'node-group-fine' } as const

type Truth = 'pass' | 'fail' | 'gone'
const reads = ['clusters', 'detail', 'templates', 'tags', 'instances'] as const
type ReadOf = (typeof reads)[number]

export interface RegionNight {
  readonly truth: Readonly<Record<Thing, Truth>>
  /** The reads of it that are refused. */
  readonly refused: readonly ReadOf[]
  readonly disabled: boolean
}

export interface Night {
  /** Days since the night before. */
  readonly days: number
  /** The account is asked, has no role, is left out by posture.yaml, has this state, or is not in the organization. */
  readonly account: 'asked' | 'no-role' | 'excluded' | 'SUSPENDED' | 'CLOSED' | 'left'
  readonly regions: Readonly<Record<Place, RegionNight>>
  /** Whether its Regions can be listed. */
  readonly listsRegions: boolean
  readonly revision: 1 | 2
  readonly off: readonly Thing[]
  readonly waiver: 'none' | 'account' | 'tag'
  /** Whether the waiver held until yesterday, holds until tonight, or for long. */
  readonly expires: 'yesterday' | 'tonight' | 'later'
}

const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(usual) },
    ...others.map(other => ({ weight: 1, arbitrary: fc.constant(other) })),
  )
const truth = fc.constantFrom<Truth>('pass', 'fail', 'gone')
const refused = fc.oneof(
  { weight: 2, arbitrary: fc.constant<ReadOf[]>([]) },
  { weight: 1, arbitrary: fc.subarray([...reads]) },
)
const regionNight = (place: Place): fc.Arbitrary<RegionNight> =>
  fc.record({
    truth: fc.record({ shop: truth, till: truth, spot: truth }),
    refused,
    disabled: place === hub.region ? fc.constant(false) : mostly(false, true),
  })

export const arbitraryNight: fc.Arbitrary<Night> = fc.record({
  days: mostly(1, 12, 31),
  account: mostly<Night['account']>('asked', 'no-role', 'excluded', 'SUSPENDED', 'CLOSED', 'left'),
  regions: fc.record({ 'eu-west-1': regionNight('eu-west-1'), 'ap-south-1': regionNight('ap-south-1') }),
  listsRegions: mostly(true, false),
  revision: mostly<Night['revision']>(1, 2),
  off: fc.oneof({ weight: 4, arbitrary: fc.constant<Thing[]>([]) }, { weight: 1, arbitrary: fc.subarray([...things]) }),
  waiver: fc.constantFrom('none', 'none', 'account', 'tag'),
  expires: mostly<Night['expires']>('later', 'tonight', 'yesterday'),
})

/** What can be refused of a night, the world as it is. */
export const arbitraryRefusal = fc.record({
  account: mostly<Night['account']>('asked', 'no-role'),
  listsRegions: mostly(true, false),
  refused: fc.record({ 'eu-west-1': refused, 'ap-south-1': refused }),
})
export type Refusal = typeof arbitraryRefusal extends fc.Arbitrary<infer T> ? T : never

/** The same night with these reads refused, or with none. */
export const refusing = (night: Night, refusal?: Refusal): Night => ({
  ...night,
  account: refusal?.account ?? 'asked',
  listsRegions: refusal?.listsRegions ?? true,
  regions: {
    'eu-west-1': { ...night.regions['eu-west-1'], refused: refusal?.refused['eu-west-1'] ?? [] },
    'ap-south-1': { ...night.regions['ap-south-1'], refused: refusal?.refused['ap-south-1'] ?? [] },
  },
})

const start = Date.UTC(2026, 10, 1, 2)
const msPerDay = 24 * 60 * 60 * 1000

/** The run of a night by its place in the schedule. */
export const runOf = (nights: readonly Night[], index: number): Run => {
  const days = nights.slice(1, index + 1).reduce((sum, night) => sum + night.days, 0)
  // Two nights may be of one day.
  return startRun(new Date(start + days * msPerDay + index * 1000), 'abcdef')
}

const words = { severity: 'high', why: '', fix: '', references: [], controls: [] } as const
const failOf = (name: string): Verdict => ({ status: 'fail', message: `${name} fails.`, evidence: [] })

const checksOf = (revision: number) => [
  defineCheck({
    ...{ id: ids.shop, title: ids.shop, appliesTo: 'cluster', revision, ...words },
    evaluate: ({ cluster: { name, detail } }) => {
      if (!detail.ok) return unknownBecause(detail, `${name} is not known.`)
      return detail.value.version === '1.30' ? failOf(name) : pass
    },
  }),
  defineCheck({
    ...{ id: ids.till, title: ids.till, appliesTo: 'launch-template', revision, ...words },
    evaluate: ({ template: { name, defaultVersion } }) => (defaultVersion === 2 ? failOf(name) : pass),
  }),
  defineCheck({
    ...{ id: ids.spot, title: ids.spot, appliesTo: 'node-group', revision, ...words },
    evaluate: ({ resource: { name }, nodes }) => {
      if (!nodes.ok) return unknownBecause(nodes, `${name} is not known.`)
      return nodes.value.some(({ imds }) => imds.ok && imds.value.httpTokens === 'optional') ? failOf(name) : pass
    },
  }),
]

const policyOf = ({ account, off, waiver, expires }: Night, run: Run): Policy => {
  const offset = { yesterday: -1, tonight: 0, later: 60 }[expires]
  const day = new Date(Date.parse(run.startedAt) + offset * msPerDay).toISOString().slice(0, 10)
  const where = waiver === 'account' ? { account: memberId } : { tag: 'frozen=yes' }
  return policySchema(Object.values(ids)).parse({
    version: 1,
    ...(account === 'excluded' && { scope: { accounts: { exclude: [memberId] } } }),
    checks: { disable: off.map(thing => ids[thing]) },
    waivers: waiver === 'none' ? [] : [{ ...where, owner: 'ada', reason: 'frozen', ticket: 'OPS-1', expires: day }],
  })
}

const tags = { frozen: 'yes' }
const denied = (action: string, resource?: string): Failure => ({
  ...{ action, class: 'denied', reason: 'access denied' },
  ...(resource !== undefined && { resource }),
})

const inventoryOf = (region: Place, { truth, refused }: RegionNight): RegionInventory => {
  const isRefused = (read: ReadOf) => refused.includes(read)
  const nothing = build.complete<never>()
  const arn = `arn:aws:eks:${region}:${memberId}:cluster/shop`
  const hasCluster = truth.shop !== 'gone' && !isRefused('clusters')
  const detail = isRefused('detail') ? build.denied('eks:DescribeCluster') : undefined
  const healthy = build.cluster({ version: truth.shop === 'fail' ? '1.30' : '1.31', tags }, undefined, { arn })
  const node = build.instance({
    metadataOptions: { httpTokens: truth.spot === 'fail' ? 'optional' : 'required', httpEndpoint: 'enabled' },
    tags: { 'kubernetes.io/cluster/shop': 'owned', 'karpenter.k8s.aws/ec2nodeclass': 'spot' },
  })
  const till = build.launchTemplate([{}, {}], {
    name: 'till',
    defaultVersion: truth.till === 'fail' ? 2 : 1,
    tags: isRefused('tags') ? build.denied('ec2:DescribeLaunchTemplates') : known(tags),
  })
  return build.inventory({
    accountId: memberId,
    region,
    clusters: isRefused('clusters')
      ? build.refused('eks:ListClusters')
      : {
          items: hasCluster ? [{ ...healthy, ...(detail && { detail }) }] : [],
          failures: hasCluster && detail ? [denied('eks:DescribeCluster', 'shop')] : [],
        },
    nodeGroups: nothing,
    autoScalingGroups: nothing,
    instances: isRefused('instances')
      ? build.refused('ec2:DescribeInstances')
      : build.complete(...(hasCluster && truth.spot !== 'gone' ? [node] : [])),
    launchTemplates: isRefused('templates')
      ? build.refused('ec2:DescribeLaunchTemplates')
      : {
          items: truth.till === 'gone' ? [] : [till],
          failures: truth.till !== 'gone' && isRefused('tags') ? [denied('ec2:DescribeLaunchTemplates', 'till')] : [],
        },
  })
}

const opens =
  ({ account, regions, listsRegions }: Night): OpenAccount =>
  async ({ accountId }) => {
    const none = async (): Promise<never> => Promise.reject(new Error('the hub has nothing'))
    if (accountId === hub.accountId) {
      return { status: 'open', reader: { listRegions: async () => enabled(hub.region), readRegion: none } }
    }
    if (account === 'no-role') return { status: 'no-role', reason: 'there is no role' }
    const reader: AccountReader = {
      listRegions: async () =>
        listsRegions
          ? build.complete(...places.map(name => ({ name, enabled: !regions[name].disabled })))
          : build.refused('ec2:DescribeRegions'),
      readRegion: async name => {
        const region = places.find(place => place === name)
        if (!region || regions[region].disabled) return { status: 'region-disabled', reason: 'it is disabled' }
        return { status: 'read', inventory: inventoryOf(region, regions[region]) }
      },
    }
    return { status: 'open', reader }
  }

const membersOf = ({ account }: Night) => {
  if (account === 'left') return []
  return [member(account === 'SUSPENDED' || account === 'CLOSED' ? { state: account } : {})]
}

/** How a scan hands over what an account came to; by rights once. */
export type Deliver = (attempt: () => Promise<void>) => Promise<void>
const once: Deliver = attempt => attempt()

/** A night that was played, and how what it came to is handed over again. */
export interface Played {
  readonly run: Run
  readonly again: () => Promise<void>
}

export interface Play {
  readonly store: MemoryStore
  readonly nights: readonly Played[]
}

const playNight = async (tonight: Night, run: Run, store: MemoryStore, deliver: Deliver): Promise<Played> => {
  const policy = policyOf(tonight, run)
  const ports: RunPorts = { store, now: () => new Date(Date.parse(run.startedAt) + 1) }
  const all = checksOf(tonight.revision)
  const previousRunId = await beginRun(run, { toolVersion: '0.0.0', isOrganization: true, policy }, ports)
  const rules: RememberNight = { run, checks: selectChecks(all, policy), policy, previousRunId }
  const results: AccountResult[] = []
  const memory: ScanMemory = {
    remember: result => {
      results.push(result)
      return deliver(() => remember(result, rules, ports))
    },
    departedSince: accounts => departedSince(previousRunId, accounts, store),
    regionsBefore: regionsIn(previousRunId, store),
  }
  await scan(
    { run, who: { kind: 'organization' }, policy, checks: all, toolVersion: '0.0.0' },
    {
      organization: organization({ listAccounts: async () => membersOf(tonight) }),
      openAccount: opens(tonight),
      apiCalls: () => ({}),
      now: ports.now,
      memory,
    },
    { planned: () => {}, scanned: () => {} },
  )
  await endRun(run, ports, { owesMessages: true, owesImport: false })
  const again = async () => {
    for (const result of results) await remember(result, rules, ports)
  }
  return { run, again }
}

/** Plays nights one after the other; `after` is told of each as it ends. */
export const play = async (
  nights: readonly Night[],
  { deliver = once, after }: { readonly deliver?: Deliver; readonly after?: (play: Play) => Promise<void> } = {},
): Promise<Play> => {
  const store = memoryStore()
  const played: Played[] = []
  for (const [index, tonight] of nights.entries()) {
    played.push(await playNight(tonight, runOf(nights, index), store, deliver))
    await after?.({ store, nights: played })
  }
  return { store, nights: played }
}
