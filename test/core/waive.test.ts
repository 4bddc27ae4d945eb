import { describe, expect, test } from '@jest/globals'
import { known } from '../../src/core/read.ts'
import type { Resource } from '../../src/core/subjects.ts'
import { hasTag } from '../../src/core/tags.ts'
import { isInForce, type Waiver, waiversIn } from '../../src/core/waive.ts'
import * as build from '../support/build.ts'

const account = build.target({
  ouPath: [
    { id: 'ou-ab12-root', name: 'Business' },
    { id: 'ou-ab12-prod', name: 'Production' },
  ],
})
const today = '2026-11-22'
const check = 'node-group-off-amazon-linux-2'

const waiver = (over: Partial<Waiver> = {}): Waiver => ({
  owner: 'ada',
  reason: 'frozen',
  ticket: 'OPS-1',
  expires: '2027-03-31',
  ...over,
})
const web = (over: Partial<Resource> = {}): Resource => ({
  type: 'node-group',
  id: `arn:aws:eks:eu-west-1:${build.accountId}:nodegroup/shop/web/0c5d0d3e`,
  name: 'web',
  accountId: build.accountId,
  region: 'eu-west-1',
  clusterName: 'shop',
  tags: known({ team: 'a=b', frozen: '' }),
  ...over,
})
const unread = web({ tags: build.denied('eks:DescribeNodegroup') })

/** The place of the waiver that matches. */
const matching = (waivers: readonly Waiver[], resource: Resource = web(), day = today) => {
  const match = waiversIn({ waivers }, account, day)(check, resource)
  return match.ok ? match.value?.index : `not known: ${match.action}`
}

describe('a waiver', () => {
  test.each<[string, boolean, Partial<Waiver>]>([
    ['of the check', true, { check }],
    ['of another check', false, { check: 'image-imdsv2-supported' }],
    ['of the account', true, { account: build.accountId }],
    ['of another account', false, { account: '999999999999' }],
    ['of the nearest unit', true, { ou: 'ou-ab12-prod' }],
    ['of a unit above it', true, { ou: 'ou-ab12-root' }],
    ['of another unit', false, { ou: 'ou-ab12-test' }],
    ['of the Region', true, { region: 'eu-west-1' }],
    ['of another Region', false, { region: 'us-east-1' }],
    ['of the cluster', true, { cluster: 'shop' }],
    ['of clusters of a pattern', true, { cluster: 'sh*' }],
    ['of another cluster', false, { cluster: 'sho' }],
    ['of the name', true, { resource: 'web' }],
    ['of the name in its cluster', true, { resource: 'shop/web' }],
    ['of a pattern of names', true, { resource: 'shop/*' }],
    ['of the id', true, { resource: '*:nodegroup/shop/web/*' }],
    ['of another name', false, { resource: 'we' }],
    ['of a tag', true, { tag: 'team=a=b' }],
    ['of a tag without a value', true, { tag: 'frozen=' }],
    ['of another value of a tag', false, { tag: 'team=a' }],
    ['of a tag that it has not', false, { tag: 'toString=' }],
    ['of the check in another account', false, { check, account: '999999999999' }],
    ['of all of it together', true, { check, ou: 'ou-ab12-prod', cluster: 'shop', resource: 'web', tag: 'frozen=' }],
  ])('%s matches: %s', (_, matches, over) => {
    expect(matching([waiver(over)])).toBe(matches ? 0 : undefined)
  })

  test('of a cluster is about nothing outside of clusters', () => {
    expect(matching([waiver({ cluster: '*' })], web({ clusterName: null }))).toBeUndefined()
  })

  test('of a unit is not known to match where the unit of the account is not', () => {
    const waive = (over: Partial<Waiver>, more: readonly Waiver[] = []) =>
      waiversIn({ waivers: [waiver({ ou: 'ou-ab12-prod', ...over }), ...more] }, { ...account, ouPath: null }, today)
    expect(waive({})(check, web())).toMatchObject({ ok: false, action: 'organizations:ListAccounts' })
    expect(waive({ cluster: 'other' })(check, web())).toEqual(known(undefined))
    expect(waive({ tag: 'team=c' })(check, web())).toEqual(known(undefined))
    expect(waive({ expires: '2026-11-21' })(check, web())).toEqual(known(undefined))
    expect(waive({}, [waiver({ account: build.accountId })])(check, web())).toMatchObject({ value: { index: 1 } })
  })

  test('is told with who answers for it until when, and nothing else', () => {
    expect(waiversIn({ waivers: [waiver({ check, tag: 'frozen=' })] }, account, today)(check, web())).toEqual(
      known({ index: 0, waiver: { owner: 'ada', reason: 'frozen', ticket: 'OPS-1', expires: '2027-03-31' } }),
    )
  })

  test.each([
    ['2026-11-21', false],
    ['2026-11-22', true],
    ['2026-11-23', true],
  ])('that expires on %s holds on the 22nd: %s', (expires, holds) => {
    expect(isInForce({ expires }, today)).toBe(holds)
    expect(matching([waiver({ check, expires })])).toBe(holds ? 0 : undefined)
  })
})

describe('of several waivers', () => {
  test('the first that matches and has not ended counts, by its place in the whole list', () => {
    const elsewhere = waiver({ account: '999999999999' })
    const ended = waiver({ check, expires: '2026-11-01' })
    expect(matching([elsewhere, ended, waiver({ cluster: 'shop' }), waiver({ check })])).toBe(2)
  })
})

describe('tags that were not read', () => {
  test('leave it open whether a waiver of a tag matches', () => {
    expect(matching([waiver({ tag: 'frozen=' })], unread)).toBe('not known: eks:DescribeNodegroup')
  })

  test('do not matter where a waiver without a tag matches, or the rest of one with a tag does not', () => {
    expect(matching([waiver({ tag: 'frozen=' }), waiver({ check })], unread)).toBe(1)
    expect(matching([waiver({ tag: 'frozen=', region: 'us-east-1' })], unread)).toBeUndefined()
    expect(matching([waiver({ tag: 'frozen=', expires: '2026-11-01' })], unread)).toBeUndefined()
  })
})

test.each([
  ['team=web', true],
  ['team=', false],
  ['team=web=', false],
  ['url=a=b', true],
  ['empty=', true],
  ['gone=', false],
  ['constructor=', false],
])('tags have %s: %s', (written, has) => {
  expect(hasTag({ team: 'web', url: 'a=b', empty: '' }, written)).toBe(has)
})
