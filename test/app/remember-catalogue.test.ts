import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Night, notAsked, scanAccount } from '../../src/app/scan-account.ts'
import { checks } from '../../src/checks/index.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import { known } from '../../src/core/read.ts'
import { arbitraryInventory } from '../core/arbitrary.ts'
import * as build from '../support/build.ts'
import { memoryStore } from '../support/memory-store.ts'
import { enabled, openAccounts } from './fakes.ts'
import { accountId, nightOf, region, runOf } from './memory.ts'

/** Each finding as it is stored, by check and resource: several checks judge one. */
const findingsOf = (store: ReturnType<typeof memoryStore>) =>
  Object.fromEntries(
    store
      .findings()
      .map(({ checkId, resource, state, verdict }) => [`${checkId} ${resource.name}`, `${state} ${verdict}`]),
  )

describe('with the checks of the catalogue', () => {
  const scanNight: Night = {
    policy: defaultPolicy,
    checks,
    scope: {},
    calendar: new Map(),
    hubRegions: async () => [region],
    regionsBefore: async () => [],
    today: '2026-11-22',
  }
  const scanned = (over: Partial<RegionInventory>) =>
    scanAccount(
      build.target(),
      scanNight,
      openAccounts({
        [accountId]: {
          listRegions: async () => enabled(region),
          readRegion: async () => ({ status: 'read', inventory: build.inventory(over) }),
        },
      }),
    )
  const running = (...ids: string[]) => ({
    imdsDefaults: known({ httpTokens: 'optional' as const }),
    nodeGroups: build.complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' })),
    autoScalingGroups: build.complete(
      build.managedAutoScalingGroup({
        instances: ids.map(id => ({
          id,
          lifecycleState: 'InService',
          launchTemplate: { id: 'lt-0copy', version: '1' },
        })),
      }),
    ),
  })

  test('replacing instances makes no event and writes nothing', async () => {
    const store = memoryStore()
    await nightOf(store, runOf(1), await scanned(running('i-1', 'i-2')), { checks })
    expect(Object.values(findingsOf(store))).toContain('open fail')
    expect(await nightOf(store, runOf(2), await scanned(running('i-3', 'i-4', 'i-5')), { checks })).toEqual([])
  })

  /** The same, every instance in the place of another. */
  const replaced = (inventory: RegionInventory): RegionInventory =>
    JSON.parse(JSON.stringify(inventory).replaceAll('"i-', '"i-another-'))

  test('replacing every instance of every group makes no event and writes nothing, whatever there is', () =>
    fc.assert(
      fc.asyncProperty(arbitraryInventory, async inventory => {
        const store = memoryStore()
        await nightOf(store, runOf(1), await scanned(inventory), { checks })
        expect(await nightOf(store, runOf(2), await scanned(replaced(inventory)), { checks })).toEqual([])
      }),
      { numRuns: 300, seed: 20261122 },
    ))

  test('a Region in which everything is refused closes nothing, and neither does an account without a role', async () => {
    const store = memoryStore()
    await nightOf(store, runOf(1), await scanned(running('i-1')), { checks })
    const states = findingsOf(store)
    const nothing = {
      imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults'),
      clusters: build.refused<never>('eks:ListClusters'),
      nodeGroups: build.refused<never>('eks:ListNodegroups'),
      launchTemplates: build.refused<never>('ec2:DescribeLaunchTemplateVersions'),
      autoScalingGroups: build.refused<never>('autoscaling:DescribeAutoScalingGroups'),
      failures: [{ action: 'ec2:GetInstanceMetadataDefaults', class: 'denied' as const, reason: 'access denied' }],
    }
    await nightOf(store, runOf(2), await scanned(nothing), { checks })
    const closed = await notAsked(build.target(), scanNight, 'no-role', 'no role')
    await nightOf(store, runOf(3), closed, { checks })
    expect(findingsOf(store)).toMatchObject(states)
    const kinds = new Set(store.events().map(({ kind }) => kind))
    expect(kinds).toEqual(new Set(['baseline', 'unconfirmed', 'coverage-lost']))
  })
})
