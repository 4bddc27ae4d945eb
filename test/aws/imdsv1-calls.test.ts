import { describe, expect, test } from '@jest/globals'
import { RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { openMember, type Parts } from './sandbox.ts'

const optional = { httpTokens: 'optional' }
const required = { httpTokens: 'required' }
const lone = (over: object) => ({
  cluster: 'shop',
  image: 'ami-0e',
  metadataOptions: optional,
  launchTime: '2026-10-01T00:00:00Z',
  ...over,
})
const partsOf = (instances: object): Parts => ({ region: { clusters: { shop: { version: '1.31' } }, instances } })

const countedIn = async (parts: Parts, wanted = { imdsV1Calls: true }) => {
  const { reader, callsMade } = await openMember(parts)
  const read = await reader.readRegion('eu-west-1', wanted)
  if (read.status !== 'read') throw new Error(read.reason)
  const inventory = RegionInventory.parse(read.inventory)
  const [group] = joinSubjects(inventory)['node-group']
  return { inventory, calls: callsMade(), counted: group?.imdsV1Calls }
}

describe('calls with IMDSv1', () => {
  test('are not asked for unless they are wanted', async () => {
    const { inventory, calls, counted } = await countedIn(partsOf({ a: lone({}) }), { imdsV1Calls: false })
    expect(inventory).not.toHaveProperty('imdsV1Calls')
    expect(calls).not.toHaveProperty('cloudwatch:GetMetricData')
    expect(counted).toBeUndefined()
  })

  test('are counted over a week of those nodes that allow them', async () => {
    const { inventory, counted } = await countedIn(
      partsOf({
        calling: lone({ metadataNoToken: 24 }),
        quiet: lone({}),
        safe: lone({ metadataOptions: required, metadataNoToken: 24 }),
        deaf: lone({ metadataOptions: { ...optional, httpEndpoint: 'disabled' } }),
      }),
    )
    expect(inventory.imdsV1Calls?.items.map(({ calls, hours }) => [calls, hours]).sort()).toEqual([
      [0, 168],
      [168, 168],
    ])
    // Four nodes of a week each: of two of them it is known without a question.
    expect(counted).toEqual({ ok: true, value: { calls: 168, hours: 672, nodeHours: 672, days: 7 } })
  })

  test('of a young node are counted since it was launched', async () => {
    const { counted } = await countedIn(partsOf({ young: lone({ launchTime: '2026-11-21T02:00:00Z' }) }))
    expect(counted).toEqual({ ok: true, value: { calls: 0, hours: 24, nodeHours: 24, days: 7 } })
  })

  test('take one call for 500 nodes', async () => {
    const { calls, counted } = await countedIn(partsOf({ many: lone({ count: 501 }) }))
    expect(calls['cloudwatch:GetMetricData']).toBe(2)
    expect(counted).toMatchObject({ value: { hours: 501 * 168 } })
  })

  test('that are denied are a failure of the list, and not known', async () => {
    const { inventory, counted } = await countedIn({
      ...partsOf({ a: lone({}) }),
      role: { deny: ['cloudwatch:*'] },
    })
    expect(inventory.imdsV1Calls).toMatchObject({ items: [], failures: [{ class: 'denied' }] })
    expect(counted).toMatchObject({ ok: false, action: 'cloudwatch:GetMetricData' })
  })

  test('are not known where the nodes are not', async () => {
    const { inventory, counted } = await countedIn({
      region: {
        clusters: { shop: { version: '1.31' } },
        launchTemplates: { web: { versions: [{}] } },
        autoScalingGroups: { web: { cluster: 'shop', launchTemplate: 'web', desiredSize: 1 } },
      },
      role: { deny: ['ec2:DescribeInstances'] },
    })
    expect(inventory.imdsV1Calls?.failures).toMatchObject([{ class: 'not-asked' }])
    expect(counted).toMatchObject({ ok: false, action: 'ec2:DescribeInstances' })
  })
})
