import { expect, test } from '@jest/globals'
import { connectTo, hub, openMember, target } from './sandbox.ts'

test.each(['missing', 'wrong-external-id'])('a role with the trust %s is no role', async trust => {
  const { openAccount } = connectTo({ role: { trust } })
  expect(await openAccount(target)).toEqual({
    status: 'no-role',
    reason: `sts:AssumeRole of ${target.roleArn}: the role does not exist, does not trust the hub, expects another external id, or the hub may not assume it`,
  })
})

test('the external id goes with the role', async () => {
  const { openAccount } = connectTo({}, { externalId: undefined })
  expect(await openAccount(target)).toMatchObject({ status: 'no-role' })
})

test('STS that throttles is an error and no missing role', async () => {
  const { openAccount } = connectTo({ faults: [{ action: 'sts:AssumeRole', throttle: 1 }] })
  expect(await openAccount(target)).toEqual({
    status: 'error',
    reason: `sts:AssumeRole of ${target.roleArn}: still throttled after every retry (Throttling)`,
  })
})

test("the hub's own account is read with the hub's own credentials", async () => {
  const { openAccount, calls } = connectTo()
  const access = await openAccount({ ...target, accountId: hub, roleArn: null })
  const read = access.status === 'open' && (await access.reader.readRegion('us-east-1'))
  expect(read).toMatchObject({
    status: 'read',
    inventory: { accountId: hub, failures: [], clusters: { failures: [] } },
  })
  expect(calls.read().answered).not.toHaveProperty('sts:AssumeRole')
})

const denyEc2In = (...regions: string[]) => [{ id: 'p-regions', unit: 'Payments', deny: 'ec2:*', regions }]

test('Regions are those of the member, by name', async () => {
  const { reader, callsMade } = await openMember()
  expect(await reader.listRegions()).toEqual({
    items: [
      { name: 'ap-southeast-1', enabled: false },
      { name: 'eu-west-1', enabled: true },
      { name: 'us-east-1', enabled: true },
    ],
    failures: [],
  })
  expect(callsMade()).toEqual({ 'ec2:DescribeRegions': 1 })
})

test("where the hub's Region denies the question, the next one is asked, one that is off included", async () => {
  const regions = ['ap-southeast-1', 'us-east-1']
  const { reader, callsMade } = await openMember({ policies: denyEc2In('eu-west-1') }, { regions })
  expect((await reader.listRegions()).items).toHaveLength(3)
  expect(callsMade()).toEqual({ 'ec2:DescribeRegions': 3 })
})

test('where every Region denies the question, the first denial is the failure', async () => {
  const { reader } = await openMember({ policies: denyEc2In('eu-west-1', 'us-east-1') }, { regions: ['us-east-1'] })
  expect(await reader.listRegions()).toEqual({
    items: [],
    failures: [
      {
        action: 'ec2:DescribeRegions',
        class: 'denied-by-scp',
        reason:
          'a service control policy denies it (arn:aws:organizations::100000000000:policy/o-acme/service_control_policy/p-regions)',
      },
    ],
  })
})

test('a throttle is not asked around: every Region would answer the same', async () => {
  const faults = [{ action: 'ec2:DescribeRegions', throttle: 1 }]
  const { reader, calls } = await openMember({ faults }, { regions: ['us-east-1'] })
  expect((await reader.listRegions()).failures).toMatchObject([{ class: 'throttled' }])
  expect(calls.read().throttled).toBe(1)
})
