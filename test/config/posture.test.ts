import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readPosture } from '../../src/config/posture.ts'
import { ConfigError } from '../../src/core/errors.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'

const checkIds = ['image-imdsv2-supported', 'node-group-imdsv1-not-called', 'node-group-off-amazon-linux-2']

let folder = ''
let file = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posture-'))
  file = join(folder, 'posture.yaml')
})
afterAll(() => rm(folder, { recursive: true }))

const read = async (text: string): Promise<Policy> => {
  await writeFile(file, text)
  return readPosture(file, checkIds, '2026-11-22')
}

/** What a person is told, without the folder that is another one every time. */
const complaintOf = async (text: string): Promise<string> => {
  const error: unknown = await read(text).catch(reason => reason)
  if (!(error instanceof ConfigError)) throw new Error(`expected a ConfigError, got ${String(error)}`)
  return error.message.replaceAll(folder, '').replaceAll('/posture.yaml', 'posture.yaml')
}

// The posture.yaml of DESIGN.md, section 8.
const everything = `version: 1
scope:    { accounts: { exclude: ['222233334444'] }, ous: { include: [ou-ab12-prod] }, regions: { include: [eu-west-1, us-east-1] } }
role:     { name: eks-node-posture-read }
checks:   { enable: [node-group-imdsv1-not-called], disable: [], severity: { image-imdsv2-supported: info } }
expect:   [{ cluster: 'payments-*', hopLimit: 3, reason: Cilium }, { tag: network=cilium, hopLimit: 3, reason: Cilium }, { cluster: shop, podsNeedImds: false, vpcCni: 1.18.1 }]
owners:   { tag: team, accounts: { '111122223333': payments }, ous: {} }
dueDays:  { critical: 14, high: 30 }
alerts:   { minSeverity: high }
digest:   { whenNothingChanged: one-line, reportUrl: 'https://posture.example/report' }
limits:   { accounts: 8, regions: 4, share: 0.25 }
securityHub: { import: true }
waivers:  [{ check: node-group-off-amazon-linux-2, account: '111122223333', owner: team-x, reason: frozen, ticket: OPS-1, expires: 2027-03-31 }]
`

describe('posture.yaml', () => {
  test('may say everything that it is documented to say', async () => {
    expect(await read(everything)).toEqual({
      version: 1,
      scope: {
        accounts: { exclude: ['222233334444'] },
        ous: { include: ['ou-ab12-prod'] },
        regions: { include: ['eu-west-1', 'us-east-1'] },
      },
      role: { name: 'eks-node-posture-read' },
      checks: { enable: ['node-group-imdsv1-not-called'], disable: [], severity: { 'image-imdsv2-supported': 'info' } },
      expect: [
        { cluster: 'payments-*', hopLimit: 3, reason: 'Cilium' },
        { tag: 'network=cilium', hopLimit: 3, reason: 'Cilium' },
        { cluster: 'shop', podsNeedImds: false, vpcCni: '1.18.1' },
      ],
      owners: { tag: 'team', accounts: { '111122223333': 'payments' }, ous: {} },
      dueDays: { critical: 14, high: 30 },
      alerts: { minSeverity: 'high' },
      digest: { whenNothingChanged: 'one-line', reportUrl: 'https://posture.example/report' },
      securityHub: { import: true },
      limits: { accounts: 8, regions: 4, share: 0.25 },
      waivers: [
        {
          check: 'node-group-off-amazon-linux-2',
          account: '111122223333',
          owner: 'team-x',
          reason: 'frozen',
          ticket: 'OPS-1',
          expires: '2027-03-31',
        },
      ],
    })
  })

  test('may say no more than its version, or leave a section half filled', async () => {
    expect(await read('version: 1\n')).toEqual(defaultPolicy)
    expect(await read('version: 1\nlimits: { accounts: 20 }\n')).toEqual({
      ...defaultPolicy,
      limits: { accounts: 20, regions: 4, share: 0.25 },
    })
  })

  test('may be JSON, have comments, Windows line ends and a byte order mark', async () => {
    expect(await read('{ "version": 1 }')).toEqual(defaultPolicy)
    expect(await read('\uFEFF# ours\r\nversion: 1\r\nscope: {} # all of it\r\n')).toEqual(defaultPolicy)
  })

  test('may name an account as a key without quotes, for keys are text', async () => {
    expect((await read('version: 1\nowners: { accounts: { 111122223333: payments } }\n')).owners.accounts).toEqual({
      '111122223333': 'payments',
    })
  })

  test('may hold waivers of every kind of place', async () => {
    const places = ['ou: ou-ab12-prod', 'region: eu-west-1', "cluster: 'pay-*'", 'resource: arn:x', 'tag: team=a=b']
    const rows = places.map(
      place => `  - { check: image-imdsv2-supported, ${place}, owner: a, reason: b, ticket: c, expires: 2027-03-31 }`,
    )
    expect((await read(`version: 1\nwaivers:\n${rows.join('\n')}\n`)).waivers).toHaveLength(places.length)
  })
})

const waiver =
  "{ check: image-imdsv2-supported, account: '111122223333', owner: a, reason: b, ticket: c, expires: 2027-03-31 }"

describe('a posture.yaml that cannot be used is told with file, line and what is expected', () => {
  test.each<[string, string, string]>([
    ['an empty file', '', 'posture.yaml:1: expected keys with values, got nothing'],
    ['a file of comments', '# later\n', 'posture.yaml:1: expected keys with values, got nothing'],
    ['a list', '- version: 1\n', 'posture.yaml:1: expected keys with values, got a list'],
    ['text that is no YAML of ours', 'hello\n', 'posture.yaml:1: expected keys with values, got text'],
    ['no version', 'scope: {}\n', 'posture.yaml:1: version: expected version: 1'],
    ['another version', '\n\nversion: 2\n', 'posture.yaml:3: version: expected version: 1'],
    ['a version in quotes', "version: '1'\n", 'posture.yaml:1: version: expected version: 1'],
    ['an unknown key', 'version: 1\nscoop: {}\n', 'posture.yaml:2: scoop: is not a known key'],
    [
      'an unknown key further in',
      'version: 1\nscope:\n  regions: {}\n  acounts: {}\n',
      'posture.yaml:4: scope.acounts: is not a known key',
    ],
    ['a merge key', 'version: 1\n<<: { scope: {} }\n', 'posture.yaml:2: <<: is not a known key'],
    [
      'a key that is special to JavaScript',
      'version: 1\n__proto__: { a: 1 }\n',
      'posture.yaml:2: __proto__: is not a known key',
    ],
    ['a key twice', 'version: 1\nscope: {}\nscope: {}\n', 'posture.yaml:3: this key stands here twice'],
    [
      'an unknown check',
      'version: 1\nchecks:\n  disable:\n    - image-imdsv2-supported\n    - image-imdsv3\n',
      'posture.yaml:5: checks.disable.1: there is no check image-imdsv3; the catalogue is: npx eks-node-posture checks',
    ],
    [
      'an unknown check as a key',
      'version: 1\nchecks: { severity: { nope: high } }\n',
      'posture.yaml:2: checks.severity.nope: there is no check nope; the catalogue is: npx eks-node-posture checks',
    ],
    [
      'an unknown check in a waiver',
      `version: 1\nwaivers:\n  - ${waiver.replace('image-imdsv2-supported', 'nope')}\n`,
      'posture.yaml:3: waivers.0.check: there is no check nope; the catalogue is: npx eks-node-posture checks',
    ],
    [
      'a check that is enabled and disabled',
      'version: 1\nchecks:\n  enable: [image-imdsv2-supported]\n  disable: [image-imdsv2-supported]\n',
      'posture.yaml:4: checks.disable.0: image-imdsv2-supported is enabled as well',
    ],
    [
      'a check twice',
      'version: 1\nchecks: { enable: [image-imdsv2-supported, image-imdsv2-supported] }\n',
      'posture.yaml:2: checks.enable.1: stands here twice',
    ],
    [
      'a waiver twice',
      `version: 1\nwaivers:\n  - ${waiver}\n  - ${waiver}\n`,
      'posture.yaml:4: waivers.1: waives the same as waivers.0',
    ],
    [
      'a waiver twice, its keys in another order',
      `version: 1\nwaivers:\n  - ${waiver}\n  - ${waiver.replace('owner: a, reason: b', 'reason: b, owner: a')}\n`,
      'posture.yaml:4: waivers.1: waives the same as waivers.0',
    ],
    [
      'an account id without quotes',
      'version: 1\nscope:\n  accounts:\n    exclude: [222233334444]\n',
      'posture.yaml:4: scope.accounts.exclude.0: expected an account id: 12 digits in quotes',
    ],
    // YAML reads it as a number, and the zero is gone.
    [
      'an account id without quotes that begins with zero',
      'version: 1\nscope: { accounts: { include: [012345678901] } }\n',
      'posture.yaml:2: scope.accounts.include.0: expected an account id: 12 digits in quotes',
    ],
    [
      'an account id of eleven digits',
      "version: 1\nscope: { accounts: { include: ['12345678901'] } }\n",
      'posture.yaml:2: scope.accounts.include.0: expected an account id: 12 digits in quotes',
    ],
    [
      'an owner of an account id that is none',
      'version: 1\nowners: { accounts: { payments: x } }\n',
      'posture.yaml:2: owners.accounts.payments: expected an account id: 12 digits in quotes',
    ],
    [
      'a root where a unit is expected',
      'version: 1\nscope: { ous: { include: [r-ab12] } }\n',
      'posture.yaml:2: scope.ous.include.0: expected the id of an organizational unit: ou-ab12-12345678',
    ],
    [
      'an availability zone',
      'version: 1\nscope: { regions: { include: [eu-west-1a] } }\n',
      'posture.yaml:2: scope.regions.include.0: expected a Region name: eu-west-1',
    ],
    [
      'a role ARN',
      'version: 1\nrole: { name: "arn:aws:iam::111122223333:role/x" }\n',
      'posture.yaml:2: role.name: expected the name of an IAM role',
    ],
    [
      'a section without content',
      'version: 1\nscope:\nwaivers:\n',
      'posture.yaml:2: scope: expected keys with values, got nothing\nposture.yaml:3: waivers: expected a list, got nothing',
    ],
    [
      'text for a section, a list for keys',
      'version: 1\nscope: all\nchecks: []\nexpect: {}\n',
      'posture.yaml:2: scope: expected keys with values, got text\nposture.yaml:3: checks: expected keys with values, got a list\nposture.yaml:4: expect: expected a list, got keys with values',
    ],
    [
      'numbers out of range',
      'version: 1\nlimits:\n  accounts: 0\n  regions: 1.5\n  share: 2\ndueDays:\n  high: -1\n',
      'posture.yaml:3: limits.accounts: expected at least 1\nposture.yaml:4: limits.regions: expected a whole number\nposture.yaml:5: limits.share: expected at most 1\nposture.yaml:7: dueDays.high: expected at least 0',
    ],
    ['a share of nothing', 'version: 1\nlimits: { share: 0 }\n', 'posture.yaml:2: limits.share: expected more than 0'],
    [
      'words that are not among the choices',
      'version: 1\nalerts: { minSeverity: urgent }\ndigest: { whenNothingChanged: loud }\n',
      'posture.yaml:2: alerts.minSeverity: expected critical or high or medium or low or info\nposture.yaml:3: digest.whenNothingChanged: expected one-line or silent',
    ],
    [
      'an address without https',
      'version: 1\ndigest: { reportUrl: "http://posture.example" }\n',
      'posture.yaml:2: digest.reportUrl: expected an https address',
    ],
    [
      'a hop limit without a reason',
      'version: 1\nexpect: [{ cluster: shop, hopLimit: 3 }]\n',
      'posture.yaml:2: expect.0.hopLimit: an expected hop limit needs a reason',
    ],
    [
      'a hop limit out of range',
      'version: 1\nexpect: [{ cluster: shop, hopLimit: 65, reason: x }]\n',
      'posture.yaml:2: expect.0.hopLimit: expected at most 64',
    ],
    [
      'a version that YAML reads as a number',
      'version: 1\nexpect: [{ cluster: shop, vpcCni: 1.18 }]\n',
      'posture.yaml:2: expect.0.vpcCni: expected a version: 1.18.1',
    ],
    [
      'an expectation of no cluster',
      'version: 1\nexpect:\n  - { podsNeedImds: true }\n',
      'posture.yaml:3: expect.0.cluster: expected the name of a cluster, or a tag',
    ],
    [
      'an expectation of a tag that is none',
      'version: 1\nexpect: [{ tag: cilium, hopLimit: 3, reason: x }]\n',
      'posture.yaml:2: expect.0.tag: expected a tag: key=value',
    ],
    [
      'a version of the VPC CNI by a tag, which node groups have',
      'version: 1\nexpect:\n  - cluster: shop\n    tag: network=cilium\n    vpcCni: 1.18.1\n',
      'posture.yaml:4: expect.0.tag: a tag goes with hopLimit alone',
    ],
    [
      'text for true or false',
      'version: 1\nexpect: [{ cluster: shop, podsNeedImds: maybe }]\n',
      'posture.yaml:2: expect.0.podsNeedImds: expected true or false, got text',
    ],
    [
      'a waiver with gaps',
      "version: 1\nwaivers:\n  - { check: image-imdsv2-supported, owner: '', expires: tomorrow }\n",
      'posture.yaml:3: waivers.0.owner: expected text, got none\nposture.yaml:3: waivers.0.reason: is missing: expected text\nposture.yaml:3: waivers.0.ticket: is missing: expected text\nposture.yaml:3: waivers.0.expires: expected a date: 2027-03-31',
    ],
    [
      'a day that does not exist',
      `version: 1\nwaivers:\n  - ${waiver.replace('03-31', '02-30')}\n`,
      'posture.yaml:3: waivers.0.expires: expected a date: 2027-03-31',
    ],
    [
      'a tag without a value',
      `version: 1\nwaivers:\n  - ${waiver.replace('owner: a', 'owner: a, tag: team')}\n`,
      'posture.yaml:3: waivers.0.tag: expected a tag: key=value',
    ],
    [
      'a secret that does not belong here',
      'version: 1\nrole: { name: x, externalId: hunter2 }\n',
      'posture.yaml:2: role.externalId: is not a known key',
    ],
    ['tabs', 'version: 1\nscope:\n\taccounts: {}\n', 'posture.yaml:3: Tabs are not allowed as indentation'],
    [
      'two documents',
      'version: 1\n---\nversion: 1\n',
      'posture.yaml:2: a second document starts here; the file may hold one',
    ],
    [
      'an alias of nothing',
      'version: 1\nscope: &all {}\nrole: *nobody\n',
      'posture.yaml:3: Unresolved alias (the anchor must be set before the alias): nobody',
    ],
  ])('%s', async (_, text, complaint) => {
    expect(await complaintOf(text)).toBe(complaint)
  })

  describe('a waiver', () => {
    const complaintAbout = (...rows: string[]) =>
      complaintOf(
        `version: 1\nwaivers:\n${rows.map(row => `  - { ${row}, owner: a, reason: b, ticket: c }\n`).join('')}`,
      )
    const account = "account: '111122223333'"
    const until = 'expires: 2027-03-31'
    const everything = 'matches everything: name a part of it, or leave it out'
    const noPlace =
      'matches everything: name an account, ou, region, cluster, resource or tag; a check is switched off under checks.disable'
    const tooLate = (day: string) => `is more than a year ahead: ${day} is the latest day`

    test.each<[string, string[], string]>([
      ['without an end', [account], 'posture.yaml:3: waivers.0.expires: is missing: expected a date: 2027-03-31'],
      [
        'that ends in more than a year',
        [`${account}, expires: 2027-11-23`],
        `posture.yaml:3: waivers.0.expires: ${tooLate('2027-11-22')}`,
      ],
      ['for ever', [`${account}, expires: never`], 'posture.yaml:3: waivers.0.expires: expected a date: 2027-03-31'],
      ['of every cluster', [`cluster: '*', ${until}`], `posture.yaml:3: waivers.0.cluster: ${everything}`],
      [
        'of every resource, in more signs',
        [`${account}, resource: '**', ${until}`],
        `posture.yaml:3: waivers.0.resource: ${everything}`,
      ],
      ...['arn:*', 'arn:aws-cn:*', '*:*', '*-*', '*/*', '*a*'].map((pattern): [string, string[], string] => [
        `of every id, as ${pattern}`,
        [`resource: '${pattern}', ${until}`],
        `posture.yaml:3: waivers.0.resource: ${everything}`,
      ]),
      ['of a blank', [`cluster: ' ', ${until}`], 'posture.yaml:3: waivers.0.cluster: expected text, got none'],
      [
        'of nothing but a check',
        [`check: image-imdsv2-supported, ${until}`],
        `posture.yaml:3: waivers.0.check: ${noPlace}`,
      ],
      ['of nothing at all', [until], `posture.yaml:3: waivers.0.check: ${noPlace}`],
      [
        'of the same place as another, with another end',
        [`${account}, ${until}`, `region: eu-west-1, ${until}`, `${account}, expires: 2027-01-01`],
        'posture.yaml:5: waivers.2: waives the same as waivers.0',
      ],
      [
        'too many of them, each with its own line',
        [`${account}, expires: 2028-01-01`, `region: eu-west-1`],
        `posture.yaml:3: waivers.0.expires: ${tooLate('2027-11-22')}\nposture.yaml:4: waivers.1.expires: is missing: expected a date: 2027-03-31`,
      ],
    ])('%s', async (_, rows, complaint) => {
      expect(await complaintAbout(...rows)).toBe(complaint)
    })

    test('of the same place with another owner is the same waiver', async () => {
      const [first, second] = [waiver, waiver.replace('owner: a', 'owner: b').replace('ticket: c', 'ticket: d')]
      expect(await complaintOf(`version: 1\nwaivers:\n  - ${first}\n  - ${second}\n`)).toBe(
        'posture.yaml:4: waivers.1: waives the same as waivers.0',
      )
    })

    // On the 29th of February a year ahead is the 28th.
    test.each([
      ['2026-11-22', '2027-11-22', '2027-11-23'],
      ['2026-01-01', '2027-01-01', '2027-01-02'],
      ['2027-03-01', '2028-03-01', '2028-03-02'],
      ['2028-02-29', '2029-02-28', '2029-03-01'],
    ])('on %s may end on %s and not on %s', async (today, latest, later) => {
      const ending = async (day: string) => {
        await writeFile(file, `version: 1\nwaivers:\n  - ${waiver.replace('2027-03-31', day)}\n`)
        return readPosture(file, checkIds, today)
      }
      expect((await ending(latest)).waivers).toMatchObject([{ expires: latest }])
      await expect(ending(later)).rejects.toThrow(tooLate(latest))
    })

    test('that has ended is no error, nor is a part of a name', async () => {
      const { waivers } = await read(
        `version: 1\nwaivers:\n  - ${waiver.replace('2027-03-31', '2020-01-01')}\n  - ${waiver.replace('account', "resource: '*web', account")}\n`,
      )
      expect(waivers.map(({ expires }) => expires)).toEqual(['2020-01-01', '2027-03-31'])
    })

    test('with words without end, and more of them than a night can keep', async () => {
      expect(await complaintAbout(`cluster: ${'x'.repeat(201)}, ${until}`)).toBe(
        'posture.yaml:3: waivers.0.cluster: expected at most 200',
      )
      const many = Array.from({ length: 4000 }, (_, index) => `cluster: shop-${index}, ${until}`)
      expect(await complaintAbout(...many)).toBe(
        'posture.yaml:2: waivers: are too many: as JSON the whole of posture.yaml may have 300000 characters',
      )
    })
  })

  test('brackets that are never closed', async () => {
    expect(await complaintOf('version: 1\nscope: { accounts: { exclude: [\n')).toMatch(
      /^posture\.yaml:3: .+ end with a \]$/m,
    )
  })

  test('a page of HTML', async () => {
    expect(await complaintOf('<!doctype html>\n<p>hello: you\n')).toMatch(/^posture\.yaml:\d+: /)
  })

  test('aliases of aliases, which would fill the memory', async () => {
    const bomb = [
      'a: &a [1,1,1,1,1,1,1,1,1,1]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]',
      'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
      'd: [*c,*c]',
    ]
    expect(await complaintOf(`${bomb.join('\n')}\n`)).toMatch(/^posture\.yaml:2: Excessive alias count/)
  })

  test('a file that does not exist, and one that is a folder', async () => {
    await expect(readPosture('/no/such/posture.yaml', checkIds, '2026-11-22')).rejects.toThrow(
      new ConfigError('/no/such/posture.yaml cannot be read: there is no such file.'),
    )
    await expect(readPosture(folder, checkIds, '2026-11-22')).rejects.toThrow(
      new ConfigError(`${folder} cannot be read: it is a folder.`),
    )
  })
})
