import { firstOf } from './bounded.ts'
import { type CoverageStatus, isCovered, isIntended } from './coverage.ts'
import { addEstates, type Estate, noEstate } from './estate.ts'
import { addFails, byWorst, type FailCounts, noFails } from './fail-counts.ts'
import { startOf } from './run.ts'
import type { AccountReport, RunTotals, Standing } from './store.ts'
import { compareText } from './text.ts'

/** What the accounts of a run come to together: sums, and the few of each kind that a digest names. */
export interface AccountTally {
  readonly totals: RunTotals
  readonly accounts: number
  /** Accounts of which at least one Region was read. */
  readonly entered: number
  readonly accountRegions: number
  readonly covered: number
  readonly unconfirmed: number
  readonly pastDue: FailCounts
  readonly oldest: string | null
  readonly owners: readonly { readonly owner: string | null; readonly fail: FailCounts }[]
  readonly clusters: readonly WorstCluster[]
  /** What was not wholly read, by account and reason; the first of them. */
  readonly missing: readonly Gap[]
  /** How many account-Regions were not wholly read, by status. */
  readonly missingByStatus: Readonly<Partial<Record<CoverageStatus, number>>>
  /** Accounts of which something was not read that nobody meant to leave out. */
  readonly notWhole: readonly string[]
  /** Accounts whose IMDS defaults come from a declarative policy wherever they were read, of those that have any. */
  readonly byPolicy: number
  readonly withDefaults: number
  readonly closable: number
  readonly waiversUsed: readonly number[]
  readonly names: Readonly<Record<string, string>>
}

export type WorstCluster = Standing['clusters'][number] & { readonly accountId: string }

/** The Regions of an account that were not wholly read for one reason. */
export interface Gap {
  readonly accountId: string
  readonly regions: readonly string[]
  readonly status: CoverageStatus
  readonly detail: string | null
}

const mostUnits = 100
const mostOwners = 200
/** More than a digest prints, so that it can choose; the rest is counted. */
const mostGaps = 500

/** @param most how many clusters are kept, the worst first. */
export const tallyAccounts = (most: number): { add(report: AccountReport): void; result(): AccountTally } => {
  const sum = emptySum()
  const clusters = firstOf<WorstCluster>(most, byWorstCluster)
  const missing: Gap[] = []
  const missingByStatus: Partial<Record<CoverageStatus, number>> = {}
  const units = new Map<string, Unit>()
  const owners = new Map<string | null, FailCounts>()
  const notWhole = new Set<string>()
  const waiversUsed = new Set<number>()
  const names: Record<string, string> = {}
  return {
    add: report => {
      const { accountId, standing, regions } = report
      names[accountId] = report.name
      addTo(sum, report)
      addToUnit(units, report)
      for (const { owner, fail } of standing.owners) owners.set(owner, addFails([owners.get(owner) ?? noFails, fail]))
      for (const cluster of standing.clusters) clusters.add({ ...cluster, accountId })
      for (const index of report.waiversUsed) waiversUsed.add(index)
      const gaps = gapsOf(accountId, regions)
      if (gaps.length > 0) notWhole.add(accountId)
      missing.push(...gaps.slice(0, mostGaps - missing.length))
      for (const gap of gaps) {
        missingByStatus[gap.status] = (missingByStatus[gap.status] ?? 0) + gap.regions.length
      }
    },
    result: () => {
      const { totals, ...rest } = sum
      return {
        ...rest,
        totals: { ...totals, units: firstUnits([...units.values()]) },
        owners: [...owners]
          .map(([owner, fail]) => ({ owner, fail }))
          .sort((a, b) => byWorst(a.fail, b.fail) || compareText(a.owner ?? '', b.owner ?? ''))
          .slice(0, mostOwners),
        clusters: clusters.items,
        missing,
        missingByStatus,
        notWhole: [...notWhole],
        waiversUsed: [...waiversUsed],
        names,
      }
    },
  }
}

const gapsOf = (accountId: string, regions: AccountReport['regions']): readonly Gap[] => {
  const unread = regions.filter(({ status }) => status !== 'ok' && !isIntended(status))
  return [...Map.groupBy(unread, ({ status, detail }) => JSON.stringify([status, detail])).values()].map(group => ({
    accountId,
    regions: group.map(({ region }) => region),
    status: group[0]?.status ?? 'error',
    detail: group[0]?.detail ?? null,
  }))
}

/** The worst cluster first: by severity, then by the nodes that are concerned. */
export const byWorstCluster = (a: Standing['clusters'][number], b: Standing['clusters'][number]): number =>
  byWorst(a.fail, b.fail) || b.nodes - a.nodes || compareText(a.region, b.region) || compareText(a.name, b.name)

const emptySum = () => ({
  totals: { ...noEstate, fail: noFails, caused: 0, unknown: 0, waived: 0, staleRegions: 0 } as Omit<RunTotals, 'units'>,
  accounts: 0,
  entered: 0,
  accountRegions: 0,
  covered: 0,
  unconfirmed: 0,
  pastDue: noFails,
  oldest: null as string | null,
  byPolicy: 0,
  withDefaults: 0,
  closable: 0,
})

const addTo = (sum: ReturnType<typeof emptySum>, { runId, regions, standing, defaults }: AccountReport) => {
  const { totals } = sum
  const covered = regions.filter(({ status }) => isCovered(status)).length
  const estates = regions.flatMap(({ estate }) => estate ?? [])
  sum.totals = {
    ...addEstates([totals, ...estates]),
    fail: addFails([totals.fail, standing.fail]),
    caused: totals.caused + standing.caused,
    unknown: totals.unknown + standing.unknown,
    waived: totals.waived + standing.waived,
    staleRegions:
      totals.staleRegions + regions.filter(({ estate, estateAsOf }) => estate && estateAsOf !== startOf(runId)).length,
  }
  sum.accounts += 1
  sum.entered += covered > 0 ? 1 : 0
  sum.accountRegions += regions.length
  sum.covered += covered
  sum.unconfirmed += standing.unconfirmed
  sum.pastDue = addFails([sum.pastDue, standing.pastDue])
  sum.oldest = [sum.oldest, standing.oldest].filter(one => one !== null).sort(compareText)[0] ?? null
  sum.withDefaults += defaults.regions > 0 ? 1 : 0
  sum.byPolicy += defaults.regions > 0 && defaults.byPolicy === defaults.regions ? 1 : 0
  sum.closable += defaults.closable
}

type Unit = RunTotals['units'][number]

const addToUnit = (units: Map<string, Unit>, { ouPath, regions, standing }: AccountReport) => {
  const key = JSON.stringify(ouPath)
  const estate = addEstates(regions.flatMap(region => region.estate ?? []))
  units.set(key, sumOfUnits(ouPath, [units.get(key) ?? emptyUnit, unitOf(ouPath, estate, standing.fail)]))
}

const unitOf = (path: Unit['path'], { nodes, al2Nodes, imdsV1Nodes }: Estate, fail: FailCounts): Unit => ({
  path,
  accounts: 1,
  nodes,
  al2Nodes,
  imdsV1Nodes,
  fail,
})
const emptyUnit: Unit = { ...unitOf(null, noEstate, noFails), accounts: 0 }

const sumOfUnits = (path: Unit['path'], units: readonly Unit[]): Unit => {
  const sum = (of: (unit: Unit) => number) => units.reduce((total, unit) => total + of(unit), 0)
  return {
    path,
    accounts: sum(({ accounts }) => accounts),
    nodes: sum(({ nodes }) => nodes),
    al2Nodes: sum(({ al2Nodes }) => al2Nodes),
    imdsV1Nodes: sum(({ imdsV1Nodes }) => imdsV1Nodes),
    fail: addFails(units.map(({ fail }) => fail)),
  }
}

/** The worst units, and what the others come to together: an item of the store holds no more. */
const firstUnits = (units: readonly Unit[]): RunTotals['units'] => {
  const sorted = units.toSorted(
    (a, b) => byWorst(a.fail, b.fail) || compareText(JSON.stringify(a.path), JSON.stringify(b.path)),
  )
  const others = sorted.slice(mostUnits)
  return others.length === 0 ? sorted : [...sorted.slice(0, mostUnits), sumOfUnits(null, others)]
}
