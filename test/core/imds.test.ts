import { describe, expect, test } from '@jest/globals'
import { type Decision, evidenceOf } from '../../src/core/decision.ts'
import { corrected, decideImds, type ImdsDecisions, type ImdsLevels } from '../../src/core/imds.ts'
import type { ImdsDefaults, ImdsOptions } from '../../src/core/inventory.ts'
import { known, notRead, type Read } from '../../src/core/read.ts'
import { al2023Image, denied } from '../support/build.ts'

interface Said {
  readonly launch?: ImdsOptions
  readonly defaults?: ImdsDefaults
  readonly imdsSupport?: string | undefined
}

const launchOf = (metadataOptions: ImdsOptions, completedByEks = false) =>
  known({
    kind: 'launch template' as const,
    templateId: 'lt-0web',
    templateName: 'web',
    version: 3,
    metadataOptions,
    completedByEks,
  })

const levels = (
  { launch = {}, defaults = {}, imdsSupport }: Said = {},
  over: Partial<ImdsLevels> = {},
): ImdsLevels => ({
  launch: launchOf(launch),
  defaults: known(defaults),
  image: known({ ...al2023Image, ...(imdsSupport !== undefined && { imdsSupport }) }),
  ...over,
})

const decided = ({ value, decidedBy }: Decision<unknown>) => `${value ?? 'unknown'} by ${decidedBy}`

const tokens = [undefined, 'optional', 'required'] as const
const supports = [undefined, 'v2.0'] as const
const matrix = tokens.flatMap(launch =>
  tokens.flatMap(account => supports.map(imdsSupport => ({ launch, account, imdsSupport }))),
)

/** EC2 User Guide, order of precedence, row by row: launch, account default, AMI. */
const ec2Says = ({ launch, account, imdsSupport }: (typeof matrix)[number]) => {
  if (launch !== undefined) return `${launch} by launch template`
  if (account !== undefined) return `${account} by account default`
  return imdsSupport === 'v2.0' ? 'required by image' : 'optional by EC2 default'
}

describe('HttpTokens', () => {
  test.each(matrix)('launch $launch, account default $account, AMI $imdsSupport', row => {
    const { launch, account, imdsSupport } = row
    const { httpTokens } = decideImds(
      levels({
        launch: launch ? { httpTokens: launch } : {},
        defaults: account ? { httpTokens: account } : {},
        imdsSupport,
      }),
    )
    expect(decided(httpTokens)).toBe(ec2Says(row))
  })

  test('the account default beats the AMI, even where it is the weaker', () => {
    const { httpTokens } = decideImds(levels({ defaults: { httpTokens: 'optional' }, imdsSupport: 'v2.0' }))
    expect(decided(httpTokens)).toBe('optional by account default')
  })

  test('enforcement decides nothing: it is judged after the value', () => {
    const { httpTokens } = decideImds(levels({ defaults: { httpTokensEnforced: 'enabled' } }))
    expect(decided(httpTokens)).toBe('optional by EC2 default')
  })

  test('an ImdsSupport that is not v2.0 says nothing', () => {
    expect(decided(decideImds(levels({ imdsSupport: 'v1.0' })).httpTokens)).toBe('optional by EC2 default')
  })
})

const hops = [undefined, 1, 3] as const
const hopMatrix = hops.flatMap(launch =>
  hops.flatMap(account => supports.map(imdsSupport => ({ launch, account, imdsSupport }))),
)

test.each(hopMatrix)('hop limit: launch $launch, account default $account, AMI $imdsSupport', row => {
  const { launch, account, imdsSupport } = row
  const { httpPutResponseHopLimit } = decideImds(
    levels({
      launch: launch === undefined ? {} : { httpPutResponseHopLimit: launch },
      defaults: account === undefined ? {} : { httpPutResponseHopLimit: account },
      imdsSupport,
    }),
  )
  const byEc2 = imdsSupport === 'v2.0' ? '2 by image' : '1 by EC2 default'
  const byAccount = account === undefined ? byEc2 : `${account} by account default`
  expect(decided(httpPutResponseHopLimit)).toBe(launch === undefined ? byAccount : `${launch} by launch template`)
})

const endpoints = [undefined, 'enabled', 'disabled'] as const
const endpointMatrix = endpoints.flatMap(launch =>
  endpoints.flatMap(account => supports.map(imdsSupport => ({ launch, account, imdsSupport }))),
)

// An AMI says nothing of the endpoint.
test.each(endpointMatrix)('endpoint: launch $launch, account default $account, AMI $imdsSupport', row => {
  const { launch, account, imdsSupport } = row
  const { httpEndpoint } = decideImds(
    levels({
      launch: launch ? { httpEndpoint: launch } : {},
      defaults: account ? { httpEndpoint: account } : {},
      imdsSupport,
    }),
  )
  const byAccount = account ? `${account} by account default` : 'enabled by EC2 default'
  expect(decided(httpEndpoint)).toBe(launch ? `${launch} by launch template` : byAccount)
})

// Enforcement is evaluated after precedence: it makes a launch fail and changes no value.
test.each(matrix.flatMap(row => (['enabled', 'disabled'] as const).map(enforced => ({ ...row, enforced }))))(
  'enforcement $enforced changes nothing: launch $launch, account default $account, AMI $imdsSupport',
  ({ enforced, ...row }) => {
    const said = {
      launch: row.launch ? { httpTokens: row.launch } : {},
      defaults: { httpTokensEnforced: enforced, ...(row.account && { httpTokens: row.account }) },
      imdsSupport: row.imdsSupport,
    }
    expect(decided(decideImds(levels(said)).httpTokens)).toBe(ec2Says(row))
  },
)

test('each option is decided by itself: one by each level', () => {
  const decisions = decideImds(
    levels({
      launch: { httpEndpoint: 'enabled' },
      defaults: { httpPutResponseHopLimit: 3, httpEndpoint: 'disabled' },
      imdsSupport: 'v2.0',
    }),
  )
  expect([decisions.httpTokens, decisions.httpEndpoint, decisions.httpPutResponseHopLimit].map(decided)).toEqual([
    'required by image',
    'enabled by launch template',
    '3 by account default',
  ])
})

describe('the hop limit', () => {
  test.each<[string, Said, string]>([
    [
      'the launch over all',
      { launch: { httpPutResponseHopLimit: 5 }, defaults: { httpPutResponseHopLimit: 3 } },
      '5 by launch template',
    ],
    [
      'the account default over the AMI',
      { defaults: { httpPutResponseHopLimit: 3 }, imdsSupport: 'v2.0' },
      '3 by account default',
    ],
    ['2 of an AMI with v2.0', { imdsSupport: 'v2.0' }, '2 by image'],
    ['1 of EC2', {}, '1 by EC2 default'],
    [
      '2 of the AMI although the account decides the tokens',
      { defaults: { httpTokens: 'optional' }, imdsSupport: 'v2.0' },
      '2 by image',
    ],
    ['1 of the launch', { launch: { httpPutResponseHopLimit: 1 }, imdsSupport: 'v2.0' }, '1 by launch template'],
  ])('is %s', (_, said, expected) => {
    expect(decided(decideImds(levels(said)).httpPutResponseHopLimit)).toBe(expected)
  })
})

describe('the endpoint', () => {
  test.each<[string, Said, string]>([
    [
      'the launch over the account',
      { launch: { httpEndpoint: 'enabled' }, defaults: { httpEndpoint: 'disabled' } },
      'enabled by launch template',
    ],
    ['the account default', { defaults: { httpEndpoint: 'disabled' } }, 'disabled by account default'],
    ["EC2's default, whatever the AMI supports", { imdsSupport: 'v2.0' }, 'enabled by EC2 default'],
  ])('is %s', (_, said, expected) => {
    expect(decided(decideImds(levels(said)).httpEndpoint)).toBe(expected)
  })

  test('is known although the AMI was not read, for AMIs say nothing of it', () => {
    const { httpEndpoint } = decideImds(levels({}, { image: denied('ec2:DescribeImages') }))
    expect(decided(httpEndpoint)).toBe('enabled by EC2 default')
  })
})

describe('a level that was not read', () => {
  const unread: readonly [keyof ImdsLevels, string][] = [
    ['launch', 'ec2:DescribeLaunchTemplateVersions'],
    ['defaults', 'ec2:GetInstanceMetadataDefaults'],
    ['image', 'ec2:DescribeImages'],
  ]

  test.each(unread)('leaves HttpTokens and the hop limit unknown: %s', (level, action) => {
    const { httpTokens, httpPutResponseHopLimit } = decideImds(levels({}, { [level]: denied(action) }))
    for (const option of [httpTokens, httpPutResponseHopLimit]) {
      expect(option).toMatchObject({ decidedBy: 'nothing', value: undefined, gap: { action, reason: 'access denied' } })
    }
  })

  test.each(unread.slice(1))('is not asked for where a level above decides: %s', (level, action) => {
    const { httpTokens } = decideImds(levels({ launch: { httpTokens: 'required' } }, { [level]: denied(action) }))
    expect(decided(httpTokens)).toBe('required by launch template')
  })

  test('may say anything, so what stands below it does not count', () => {
    const { httpTokens } = decideImds(levels({ imdsSupport: 'v2.0' }, { defaults: denied('ec2:Get') }))
    expect(decided(httpTokens)).toBe('unknown by nothing')
    expect(httpTokens.trace.map(({ level, said }) => `${level}: ${said}`)).toEqual([
      'launch template: not set',
      'account default: not read: access denied',
    ])
  })
})

describe('a template that EKS completes in a copy that was not seen', () => {
  const seen = (options: ImdsOptions, defaults: Read<ImdsDefaults> = known({ httpTokens: 'required' })) =>
    decideImds(levels({}, { launch: launchOf(options, true), defaults })).httpTokens

  test('leaves unknown what it does not say, whatever the account default is', () => {
    expect(seen({})).toMatchObject({
      decidedBy: 'nothing',
      gap: notRead(
        'autoscaling:DescribeAutoScalingGroups',
        'EKS completes launch template web (lt-0web) version 3 in a copy of its own, and no copy was seen',
      ),
    })
  })

  test('decides what it says', () => {
    expect(decided(seen({ httpTokens: 'optional' }))).toBe('optional by launch template')
  })
})

describe('the trace', () => {
  const rows = (said: Said) => evidenceOf('HttpTokens', decideImds(levels(said)).httpTokens)

  test('names every level that was asked, in order, and ends with the one that decided', () => {
    expect(rows({})).toEqual([
      { what: 'HttpTokens', value: 'not set', source: 'launch template web (lt-0web) version 3' },
      { what: 'HttpTokens', value: 'no preference', source: 'account default of the Region' },
      { what: 'HttpTokens', value: 'ImdsSupport not set', source: 'AMI ami-al2023' },
      { what: 'HttpTokens', value: 'optional', source: 'EC2' },
    ])
  })

  test('says where the AMI requires it', () => {
    expect(rows({ imdsSupport: 'v2.0' }).at(-1)).toEqual({
      what: 'HttpTokens',
      value: 'ImdsSupport v2.0',
      source: 'AMI ami-al2023',
    })
  })

  test('says that a declarative policy set the account default', () => {
    const said = rows({ defaults: { httpTokens: 'required', managedBy: 'declarative-policy' } })
    expect(said.at(-1)?.value).toBe('required (declarative policy)')
    expect(rows({ defaults: { httpTokens: 'required', managedBy: 'account' } }).at(-1)?.value).toBe('required')
  })
})

describe('a launch configuration', () => {
  const configuration = (metadataOptions: ImdsOptions): ImdsLevels =>
    levels(
      { defaults: { httpTokens: 'required', httpPutResponseHopLimit: 3 }, imdsSupport: 'v2.0' },
      { launch: known({ kind: 'launch configuration', name: 'old', metadataOptions }) },
    )

  test('decides by its own values', () => {
    const { httpTokens, httpPutResponseHopLimit } = decideImds(
      configuration({ httpTokens: 'optional', httpPutResponseHopLimit: 2 }),
    )
    expect([httpTokens, httpPutResponseHopLimit].map(decided)).toEqual([
      'optional by launch configuration',
      '2 by launch configuration',
    ])
  })

  // How account defaults and AMIs work together with a launch configuration is documented nowhere.
  test('leaves unknown what it does not say, whatever account default and AMI say', () => {
    expect(decideImds(configuration({})).httpTokens).toMatchObject({
      decidedBy: 'nothing',
      gap: { reason: 'launch configuration old leaves it out' },
    })
  })

  test('is told by its nodes where it does not say it', () => {
    const decisions = corrected(decideImds(configuration({})), known([{ httpTokens: 'optional' }]))
    expect(decided(decisions.httpTokens)).toBe('optional by running nodes')
  })

  test('stands over its nodes where it says it', () => {
    const decisions = corrected(
      decideImds(configuration({ httpTokens: 'optional' })),
      known([{ httpTokens: 'required' }]),
    )
    expect(decided(decisions.httpTokens)).toBe('optional by launch configuration')
  })
})

test('an EC2NodeClass has what its newest node shows, and nothing below it is asked', () => {
  const launch = known({
    kind: 'EC2NodeClass' as const,
    name: 'default',
    instanceId: 'i-0a',
    metadataOptions: { httpTokens: 'optional' as const },
  })
  const { httpTokens, httpEndpoint } = decideImds(
    levels({ defaults: { httpTokens: 'required', httpEndpoint: 'enabled' } }, { launch }),
  )
  expect([httpTokens, httpEndpoint].map(decided)).toEqual(['optional by EC2NodeClass', 'unknown by nothing'])
})

describe('nodes of the same launch that have another value', () => {
  const required: ImdsOptions = { httpTokens: 'required', httpEndpoint: 'enabled', httpPutResponseHopLimit: 1 }
  const silent = decideImds(levels({ defaults: { httpPutResponseHopLimit: 2 } }))
  const tokensOf = ({ httpTokens }: ImdsDecisions) => decided(httpTokens)

  test('win over account default, AMI and EC2, each option by itself, and the trace shows both', () => {
    const { httpTokens, httpEndpoint, httpPutResponseHopLimit } = corrected(silent, known([required, required]))
    expect([httpTokens, httpEndpoint, httpPutResponseHopLimit].map(decided)).toEqual([
      'required by running nodes',
      'enabled by EC2 default',
      '1 by running nodes',
    ])
    expect(evidenceOf('HttpTokens', httpTokens).slice(-2)).toEqual([
      { what: 'HttpTokens', value: 'optional', source: 'EC2' },
      { what: 'HttpTokens', value: 'required', source: 'nodes of the same launch' },
    ])
  })

  test('win over a required account default too', () => {
    const decisions = decideImds(levels({ defaults: { httpTokens: 'required' } }))
    expect(tokensOf(corrected(decisions, known([{ httpTokens: 'optional' }])))).toBe('optional by running nodes')
  })

  // Whoever fixes nodes by hand leaves the next node as the launch says.
  test('do not win over what the launch itself sets', () => {
    const decisions = decideImds(levels({ launch: { httpTokens: 'optional' } }))
    expect(tokensOf(corrected(decisions, known([required])))).toBe('optional by launch template')
  })

  test('do not win where they differ among each other', () => {
    expect(tokensOf(corrected(silent, known([required, { httpTokens: 'optional' }])))).toBe('optional by EC2 default')
    expect(tokensOf(corrected(silent, known([required, {}])))).toBe('optional by EC2 default')
  })

  test('change nothing where there are none, or where they agree', () => {
    expect(corrected(silent, known([]))).toEqual(silent)
    expect(tokensOf(corrected(silent, known([{ httpTokens: 'optional' }])))).toBe('optional by EC2 default')
  })

  test('settle what an account default that was not read left open', () => {
    const open = decideImds(levels({}, { defaults: denied('ec2:GetInstanceMetadataDefaults') }))
    expect(tokensOf(corrected(open, known([required])))).toBe('required by running nodes')
  })

  test('that could not be seen leave open what they might overrule, and nothing else', () => {
    const unseen = denied('ec2:DescribeInstances')
    expect(corrected(silent, unseen).httpTokens).toMatchObject({
      decidedBy: 'nothing',
      gap: { action: 'ec2:DescribeInstances' },
    })
    const set = decideImds(levels({ launch: { httpTokens: 'required' } }))
    expect(tokensOf(corrected(set, unseen))).toBe('required by launch template')
  })
})
