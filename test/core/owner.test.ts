import { expect, test } from '@jest/globals'
import { ownersIn } from '../../src/core/owner.ts'
import type { Policy } from '../../src/core/policy.ts'
import * as build from '../support/build.ts'

const units = [
  { id: 'ou-ab12-root', name: 'Business' },
  { id: 'ou-ab12-prod', name: 'Production' },
]
const account = { accountId: build.accountId, ouPath: units }
const none: Policy['owners'] = { accounts: {}, ous: {} }
const byAccount = { [build.accountId]: 'payments' }

/** The owner of node group `web` of cluster `shop`, by their tags. */
const ownerOf = (
  owners: Partial<Policy['owners']>,
  { group = {}, cluster = {} }: { group?: Record<string, string>; cluster?: Record<string, string> } = {},
  where: Parameters<typeof ownersIn>[1] = account,
) =>
  ownersIn(
    { owners: { ...none, ...owners } },
    where,
  )(
    build.nodeGroup({
      clusters: build.complete(build.cluster({ tags: cluster })),
      nodeGroups: build.complete(build.managedNodeGroup({ tags: group })),
    }),
  )

test.each<[string, string | null, Parameters<typeof ownerOf>]>([
  ['nobody, where nobody is named', null, [{}]],
  ['the account', 'payments', [{ accounts: byAccount, ous: { 'ou-ab12-prod': 'prod' } }]],
  ['the nearest unit', 'prod', [{ ous: { 'ou-ab12-root': 'business', 'ou-ab12-prod': 'prod' } }]],
  ['a unit above it', 'business', [{ ous: { 'ou-ab12-root': 'business' } }]],
  [
    'nobody by a unit, where it is not known',
    null,
    [{ ous: { 'ou-ab12-root': 'business' } }, {}, { ...account, ouPath: null }],
  ],
  [
    'its own tag, before all others',
    'web',
    [
      { tag: 'team', accounts: byAccount },
      { group: { team: 'web' }, cluster: { team: 'shop' } },
    ],
  ],
  ['the tag of its cluster', 'shop', [{ tag: 'team', accounts: byAccount }, { cluster: { team: 'shop' } }]],
  [
    'the tag of its cluster, where its own is empty',
    'shop',
    [{ tag: 'team' }, { group: { team: '' }, cluster: { team: 'shop' } }],
  ],
  ['the account, where there is no tag', 'payments', [{ tag: 'team', accounts: byAccount }]],
  [
    'the account, where the tag has a name that every object knows',
    'payments',
    [{ tag: 'constructor', accounts: byAccount }],
  ],
])('who answers for a node group is %s', (_, owner, args) => {
  expect(ownerOf(...args)).toBe(owner)
})

test('whose tags were not read goes to the account', () => {
  const subject = build.nodeGroup()
  const unread = { ...subject, resource: { ...subject.resource, tags: build.denied('eks:DescribeNodegroup') } }
  expect(ownersIn({ owners: { tag: 'team', accounts: byAccount, ous: {} } }, account)(unread)).toBe('payments')
})

test('a cluster goes by its own tag, and an account by its own name', () => {
  const owners = ownersIn({ owners: { tag: 'team', accounts: byAccount, ous: {} } }, account)
  expect(owners(build.clusterSubject({ clusters: build.complete(build.cluster({ tags: { team: 'shop' } })) }))).toBe(
    'shop',
  )
  expect(owners(build.account({}))).toBe('payments')
})
