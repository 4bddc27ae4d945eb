import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { alerting, collectAlerts } from '../../src/core/alert.ts'
import { firstOf } from '../../src/core/bounded.ts'
import { coverageStatuses } from '../../src/core/coverage.ts'
import { dayOfTime, daysBetween } from '../../src/core/days.ts'
import { addEstates, noEstate } from '../../src/core/estate.ts'
import { addFails, byWorst, countFails, noFails, totalFails } from '../../src/core/fail-counts.ts'
import { dayOf, startOf, startRun } from '../../src/core/run.ts'
import { AccountReport, RunTotals, type StoreEvent } from '../../src/core/store.ts'
import { CoverageEvent, FindingEvent, findingEvents } from '../../src/core/stored.ts'
import { type AccountTally, tallyAccounts } from '../../src/core/tally-accounts.ts'
import { byWeight, tallyEvents } from '../../src/core/tally-events.ts'
import { severities } from '../../src/core/verdict.ts'

// What a digest is made from is visited one by one, in no order, and never held whole.

const seed = { seed: 20261122 }
const runId = '2026-11-22T02:00:00.000Z-abcdef'
const start = startOf(runId)

const fails = fc.record(Object.fromEntries(severities.map(severity => [severity, fc.nat(3)]))) as fc.Arbitrary<
  typeof noFails
>
const accountIds = fc.integer({ min: 1, max: 40 }).map(number => String(number).padStart(12, '0'))
const regionNames = fc.constantFrom('eu-west-1', 'us-east-1', 'ap-south-1')
const times = fc.integer({ min: 1, max: 22 }).map(day => `2026-11-${String(day).padStart(2, '0')}T02:00:00.000Z`)
const owners = fc.option(fc.constantFrom('ada', 'bob', 'eve'))

const findingEvent: fc.Arbitrary<FindingEvent> = fc
  .record({
    kind: fc.constantFrom(...findingEvents),
    number: fc.nat(9999),
    checkId: fc.constantFrom('c1', 'c2', 'c3'),
    severity: fc.constantFrom(...severities),
    accountId: accountIds,
    region: regionNames,
    owner: owners,
    causedBy: fc.constantFrom<readonly string[]>([], [], ['f'.repeat(32)]),
    firstSeen: times,
  })
  .map(({ number, ...event }) => ({
    ...event,
    runId,
    findingId: `${number}`,
    resource: { type: 'cluster', id: `arn:${number}`, name: `${number}`, clusterName: null },
    message: 'It fails.',
  }))
const coverageEvent: fc.Arbitrary<CoverageEvent> = fc.record({
  runId: fc.constant(runId),
  kind: fc.constantFrom('coverage-lost' as const, 'coverage-regained' as const),
  accountId: accountIds,
  region: regionNames,
  detail: fc.constant(null),
})
const identity = (event: StoreEvent) =>
  'findingId' in event ? `${event.findingId} ${event.kind}` : `${event.accountId} ${event.region} ${event.kind}`
const events = fc.uniqueArray(fc.oneof({ weight: 5, arbitrary: findingEvent }, coverageEvent), {
  selector: identity,
  maxLength: 120,
})
const shuffled = <T>(items: fc.Arbitrary<T[]>) =>
  items.chain(all => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))

const visiting = <T, R>(tally: { add(item: T): void; result(): R }, items: readonly T[]): R => {
  for (const item of items) tally.add(item)
  return tally.result()
}

test('what is visited is what a store may hold', () => {
  fc.assert(
    fc.property(findingEvent, coverageEvent, (finding, coverage) => {
      expect(FindingEvent.parse(finding)).toEqual(finding)
      expect(CoverageEvent.parse(coverage)).toEqual(coverage)
    }),
    seed,
  )
})

describe('the first of a list', () => {
  test('are those that a sort would put first, whatever the order, and all are counted', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(10), (items, most) => {
        const first = firstOf<number>(most, (a, b) => a - b)
        for (const item of items) first.add(item)
        expect(first.items).toEqual(items.toSorted((a, b) => a - b).slice(0, most))
        expect(first.count).toBe(items.length)
      }),
      seed,
    )
  })

  test('are, of equals, those that came first', () => {
    const first = firstOf<string>(2, (a, b) => a.length - b.length)
    for (const word of ['bb', 'a', 'c', 'd']) first.add(word)
    expect(first.items).toEqual(['a', 'c'])
  })
})

describe('events', () => {
  test('come to the same in whatever order they are visited', () => {
    fc.assert(
      fc.property(shuffled(events), fc.nat(8), ([all, another], most) => {
        expect(visiting(tallyEvents(most), another)).toEqual(visiting(tallyEvents(most), all))
      }),
      seed,
    )
  })

  test('are all counted, once, and of each kind the worst are kept', () => {
    fc.assert(
      fc.property(events, fc.nat(8), (all, most) => {
        const { counts, caused, baseline, rows } = visiting(tallyEvents(most), all)
        const sum = [...Object.values(counts), ...Object.values(caused)].reduce((a, b) => a + b, 0)
        expect(sum).toBe(all.length)
        expect(totalFails(baseline)).toBe(counts.baseline)
        for (const kind of findingEvents) {
          const own = all.filter((event): event is FindingEvent => 'findingId' in event && event.kind === kind)
          const causes = own.filter(({ causedBy }) => causedBy.length === 0)
          expect(rows[kind]).toEqual(causes.toSorted(byWeight).slice(0, most))
        }
      }),
      seed,
    )
  })
})

describe('alerts', () => {
  test('come to the same in whatever order the events are visited', () => {
    fc.assert(
      fc.property(shuffled(events), fc.constantFrom(...severities), ([all, another], least) => {
        expect(visiting(collectAlerts(least), another)).toEqual(visiting(collectAlerts(least), all))
      }),
      seed,
    )
  })

  test('tell every account of all that is new, back or waived no more and weighs enough, and of nothing else', () => {
    fc.assert(
      fc.property(events, fc.constantFrom(...severities), (all, least) => {
        const wanted = all.filter(
          (event): event is FindingEvent =>
            'findingId' in event &&
            alerting.some(kind => kind === event.kind) &&
            event.causedBy.length === 0 &&
            severities.indexOf(event.severity) <= severities.indexOf(least),
        )
        const alerts = visiting(collectAlerts(least), all)
        expect(alerts.map(({ accountId }) => accountId)).toEqual(
          [...new Set(wanted.map(({ accountId }) => accountId))].sort(),
        )
        for (const { accountId, counts, rows, checkIds, maxSeverity } of alerts) {
          const own = wanted.filter(event => event.accountId === accountId)
          expect(counts).toEqual(
            Object.fromEntries(alerting.map(kind => [kind, own.filter(event => event.kind === kind).length])),
          )
          expect(rows).toEqual(own.toSorted(byWeight).slice(0, 20))
          expect(checkIds).toEqual([...new Set(own.map(({ checkId }) => checkId))].sort())
          expect(maxSeverity).toBe(severities.find(severity => own.some(event => event.severity === severity)))
        }
      }),
      seed,
    )
  })
})

const estate = fc
  .record({ nodes: fc.nat(9), al2Nodes: fc.nat(9), imdsV1Nodes: fc.nat(9), blue: fc.nat(2), unclear: fc.nat(2) })
  .map(({ blue, unclear, ...counts }) => ({
    ...counts,
    al2Groups: { ...(blue > 0 && { 'blue-green': blue }), ...(unclear > 0 && { 'not known': unclear }) },
  }))

const report: fc.Arbitrary<AccountReport> = fc
  .record({
    accountId: accountIds,
    ouPath: fc.option(fc.array(fc.constantFrom('Payments', 'Data', 'Prod'), { maxLength: 2 })),
    regions: fc.uniqueArray(
      fc.record({
        region: regionNames,
        status: fc.constantFrom(...coverageStatuses),
        detail: fc.constantFrom(null, 'denied'),
        estate: fc.option(estate),
        isStale: fc.boolean(),
      }),
      { selector: ({ region }) => region },
    ),
    fail: fails,
    pastDue: fails,
    oldest: fc.option(times),
    ofOwners: fc.uniqueArray(fc.record({ owner: owners, fail: fails }), { selector: ({ owner }) => owner }),
    clusters: fc.uniqueArray(
      fc.record({ region: regionNames, name: fc.constantFrom('shop', 'pay'), fail: fails, nodes: fc.nat(5) }),
      { selector: ({ region, name }) => `${region} ${name}` },
    ),
    counts: fc.record({ caused: fc.nat(5), unknown: fc.nat(5), waived: fc.nat(5), unconfirmed: fc.nat(5) }),
    defaults: fc.record({ regions: fc.nat(2), byPolicy: fc.nat(2), closable: fc.nat(5) }),
    waiversUsed: fc.uniqueArray(fc.nat(9)),
  })
  .map(({ regions, fail, pastDue, oldest, ofOwners, clusters, counts, ...rest }) => ({
    ...rest,
    runId,
    name: `account ${rest.accountId}`,
    regions: regions.map(({ isStale, ...region }) => ({
      ...region,
      failures: [],
      estateAsOf: region.estate && (isStale ? '2026-11-01T02:00:00.000Z' : start),
    })),
    totals: { clusters: 0, nodeGroups: 0, launchTemplates: 0, pass: 0, unknown: 0, fail: noFails, apiCalls: {} },
    standing: { fail, pastDue, oldest, owners: ofOwners, clusters, ...counts },
  }))
const reports = fc.uniqueArray(report, { selector: ({ accountId }) => accountId, maxLength: 15 })

/** Lists whose order is that of the visit: who asks for them sorts them, or asks whether something is in them. */
const inOneOrder = ({ missing, notWhole, waiversUsed, ...tally }: AccountTally) => ({
  ...tally,
  missing: missing.map(gap => JSON.stringify(gap)).sort(),
  notWhole: notWhole.toSorted(),
  waiversUsed: waiversUsed.toSorted((a, b) => a - b),
})

describe('accounts', () => {
  test('are as a store may hold them, and so are their totals', () => {
    fc.assert(
      fc.property(reports, all => {
        for (const one of all) expect(AccountReport.parse(one)).toEqual(one)
        const { totals } = visiting(tallyAccounts(5), all)
        expect(RunTotals.parse(totals)).toEqual(totals)
      }),
      seed,
    )
  })

  test('come to the same in whatever order they are visited', () => {
    fc.assert(
      fc.property(shuffled(reports), fc.nat(5), ([all, another], most) => {
        expect(inOneOrder(visiting(tallyAccounts(most), another))).toEqual(
          inOneOrder(visiting(tallyAccounts(most), all)),
        )
      }),
      seed,
    )
  })

  test('come to the sums of what they are, by unit and by owner as well', () => {
    fc.assert(
      fc.property(reports, all => {
        const tally = visiting(tallyAccounts(5), all)
        const sum = (of: (one: AccountReport) => number) => all.reduce((total, one) => total + of(one), 0)
        const estates = all.flatMap(({ regions }) => regions.flatMap(region => region.estate ?? []))
        expect(tally.totals).toMatchObject({
          ...addEstates(estates),
          fail: addFails(all.map(({ standing }) => standing.fail)),
          waived: sum(({ standing }) => standing.waived),
        })
        expect(tally.accounts).toBe(all.length)
        const { units } = tally.totals
        expect(units.reduce((total, { accounts }) => total + accounts, 0)).toBe(all.length)
        expect(addFails(units.map(({ fail }) => fail))).toEqual(tally.totals.fail)
        expect(units.reduce((total, { nodes }) => total + nodes, 0)).toBe(tally.totals.nodes)
        expect(addFails(tally.owners.map(({ fail }) => fail))).toEqual(
          addFails(all.flatMap(({ standing }) => standing.owners.map(({ fail }) => fail))),
        )
        const oldest = all.flatMap(({ standing }) => standing.oldest ?? []).sort()[0]
        expect(tally.oldest).toBe(oldest ?? null)
      }),
      seed,
    )
  })

  test('are kept in bounds, however many units, owners and gaps there are', () => {
    const [one] = fc.sample(report, { numRuns: 1, seed: 1 })
    if (!one) throw new Error('no sample')
    const lost = { region: 'eu-west-1', status: 'no-role', failures: [], estate: null, estateAsOf: null } as const
    const many = Array.from({ length: 2000 }, (_, number): AccountReport => {
      const fail = { ...noFails, high: number }
      return {
        ...one,
        accountId: String(number).padStart(12, '0'),
        ouPath: [`unit ${number}`],
        regions: [{ ...lost, detail: `it is lost ${number}` }],
        standing: { ...one.standing, fail, owners: [{ owner: `owner ${number}`, fail }], clusters: [] },
      }
    })
    const { totals, owners: named, missing, missingByStatus } = visiting(tallyAccounts(5), many)
    expect([totals.units.length, named.length, missing.length]).toEqual([101, 200, 500])
    expect(totals.units[0]?.path).toEqual(['unit 1999'])
    expect(totals.units.at(-1)).toMatchObject({ path: null, accounts: 1900 })
    expect(addFails(totals.units.map(({ fail }) => fail))).toEqual(totals.fail)
    expect(named[0]?.owner).toBe('owner 1999')
    expect(missingByStatus).toEqual({ 'no-role': 2000 })
  })
})

describe('counts of fails', () => {
  test('add up, and name every severity', () => {
    const counts = countFails([{ severity: 'high' }, { severity: 'low' }, { severity: 'high' }])
    expect(counts).toEqual({ critical: 0, high: 2, medium: 0, low: 1, info: 0 })
    expect(addFails([counts, counts, noFails])).toEqual({ critical: 0, high: 4, medium: 0, low: 2, info: 0 })
    expect([totalFails(counts), totalFails(noFails), addFails([])]).toEqual([3, 0, noFails])
  })

  test('are sorted by the worst severity in which they differ', () => {
    const few = { ...noFails, critical: 1 }
    const many = { ...noFails, high: 99 }
    expect([noFails, many, { ...few, low: 1 }, few].sort(byWorst)).toEqual([{ ...few, low: 1 }, few, many, noFails])
  })
})

test('estates add up, path by path, and nothing is an estate too', () => {
  const one = { nodes: 3, al2Nodes: 2, imdsV1Nodes: 1, al2Groups: { roll: 1 } } as const
  expect(addEstates([one, noEstate, { ...one, al2Groups: { roll: 2, 'not known': 1 } }])).toEqual({
    nodes: 6,
    al2Nodes: 4,
    imdsV1Nodes: 2,
    al2Groups: { roll: 3, 'not known': 1 },
  })
  expect(addEstates([])).toEqual(noEstate)
})

test.each([
  ['2026-11-22', '2026-11-22', 0],
  ['2026-11-22T02:00:00.000Z', '2026-11-23T01:59:59.999Z', 0],
  ['2026-11-22T02:00:00.000Z', '2026-11-23T02:00:00.000Z', 1],
  ['2026-02-28', '2026-03-01', 1],
  ['2028-02-28', '2028-03-01', 2],
  // The clocks of Europe change between the two.
  ['2026-10-24T02:00:00.000Z', '2026-10-26T02:00:00.000Z', 2],
])('from %s to %s are %i days', (from, to, days) => {
  expect(daysBetween(from, to)).toBe(days)
})

test('a run has a start and a day, both UTC', () => {
  const run = startRun(new Date('2026-11-22T23:30:00.000-05:00'), 'abcdef99')
  expect([startOf(run.id), dayOf(run), dayOfTime(run.startedAt)]).toEqual([run.startedAt, '2026-11-23', '2026-11-23'])
})
