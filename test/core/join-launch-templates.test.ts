import { describe, expect, test } from '@jest/globals'
import check from '../../src/checks/launch-template-imdsv2-required.ts'
import type { RegionInventory } from '../../src/core/inventory.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { defaultPolicy } from '../../src/core/policy.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'

const { complete, instances } = build

const templates = (over: Partial<RegionInventory>) => joinSubjects(build.inventory(over))['launch-template']

/** Template `web` beside the copy of the managed group `web`, which does not use it. */
const web = (
  versions: Parameters<typeof build.launchTemplate>[0],
  over: Partial<RegionInventory> = {},
  template: Parameters<typeof build.launchTemplate>[1] = {},
) =>
  build.launchTemplateSubject({
    launchTemplates: complete(build.launchTemplate(versions, template), build.eksCopy([{ imageId: 'ami-al2023' }])),
    ...over,
  })

const usedBy = (...groups: Parameters<typeof build.autoScalingGroup>[0][]) => ({
  autoScalingGroups: complete(
    build.managedAutoScalingGroup(),
    ...groups.map((group, index) => build.autoScalingGroup({ name: `asg-${index}`, tags: {}, ...group })),
  ),
})
const base = (version: string) => ({ launchTemplates: [{ ref: { id: 'lt-0web', version } }] })

const optional = { metadataOptions: { httpTokens: 'optional' } } as const
const required = { metadataOptions: { httpTokens: 'required' } } as const

const judged = ({ versions }: ReturnType<typeof web>) =>
  versions.map(version =>
    version.ok
      ? `${version.value.number} ${version.value.roles.join(', ')}: ${version.value.imds.httpTokens.value}`
      : version.reason,
  )

test('templates that a controller made are no subjects', () => {
  const made = (id: string, over: Parameters<typeof build.launchTemplate>[1]) =>
    build.launchTemplate([{}], { id, ...over })
  const found = templates({
    launchTemplates: complete(
      build.eksCopy([{}]),
      made('lt-karpenter', { name: 'karpenter.k8s.aws/123' }),
      made('lt-auto', { name: 'auto', operator: 'eks.amazonaws.com' }),
      made('lt-own', { name: 'eks-like-but-mine' }),
    ),
  })
  expect(found.map(({ resource }) => [resource.id, resource.name])).toEqual([
    ['arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-own', 'eks-like-but-mine'],
  ])
})

describe('the versions that matter', () => {
  test('are the default, the latest and those in use, each once, in order', () => {
    const subject = web(
      [optional, required, optional, required, required],
      usedBy(base('3'), base('$Latest'), base('3')),
      {
        defaultVersion: 2,
      },
    )
    expect(judged(subject)).toEqual(['2 default: required', '3 in use: optional', '5 in use, latest: required'])
  })

  test('are also those that instances still run', () => {
    const subject = web([optional, required], usedBy({ ...base('2'), instances: instances(1, 'lt-0web', '1') }), {
      defaultVersion: 2,
    })
    expect(judged(subject)).toEqual(['1 in use: optional', '2 in use, default, latest: required'])
  })

  test('are of a managed group the version that EKS was given', () => {
    const nodeGroups = complete(build.managedNodeGroup({ launchTemplate: { id: 'lt-0web', version: '1' } }))
    expect(judged(web([optional, required], { nodeGroups }, { defaultVersion: 2 }))).toEqual([
      '1 in use: optional',
      '2 default, latest: required',
    ])
  })

  test('are not known where one was deleted under its group', () => {
    expect(judged(web([required], usedBy(base('7'))))).toEqual([
      '1 default, latest: required',
      'launch template lt-0web has no version 7',
    ])
  })
})

describe('who uses a template', () => {
  const usesOf = (over: Partial<RegionInventory>) => {
    const { eksGroups, otherGroups } = web([{}], over)
    return { eksGroups, otherGroups }
  }

  test('is nobody that was seen', () => {
    expect(usesOf({})).toEqual({ eksGroups: [], otherGroups: known([]) })
  })

  test('is told by cluster and name for EKS, by name for others, each once and sorted', () => {
    const tags = { 'kubernetes.io/cluster/shop': 'owned' }
    const nodeGroups = complete(build.managedNodeGroup({ launchTemplate: { id: 'lt-0web', version: '1' } }))
    const twice = { launchTemplates: [...base('1').launchTemplates, ...base('$Latest').launchTemplates] }
    expect(
      usesOf({
        nodeGroups,
        ...usedBy({ ...twice, tags, name: 'a' }, { ...base('1'), name: 'z' }, { ...twice, name: 'b' }),
      }),
    ).toEqual({
      eksGroups: ['shop/a', 'shop/web'],
      otherGroups: known(['b', 'z']),
    })
  })

  test('is a group of kops, which is no EKS group', () => {
    const kops = { ...base('1'), tags: { 'kubernetes.io/cluster/kops.example': 'owned' } }
    expect(usesOf(usedBy(kops))).toEqual({ eksGroups: [], otherGroups: known(['asg-0']) })
  })

  test('is not known where Auto Scaling groups were not read', () => {
    const { otherGroups } = usesOf({ autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups') })
    expect(otherGroups).toEqual(build.denied('autoscaling:DescribeAutoScalingGroups'))
  })
})

describe('what a template leaves out', () => {
  const managed = complete(build.managedNodeGroup({ launchTemplate: { id: 'lt-0web', version: '1' } }))
  const copy = (httpTokens: 'optional' | 'required') =>
    build.eksCopy([{ imageId: 'ami-al2023', metadataOptions: { httpTokens } }])
  const silent = build.launchTemplate([{ imageId: 'ami-al2023' }])

  test.each(['optional', 'required'] as const)("is in force as EKS's copy has it: %s", httpTokens => {
    const subject = build.launchTemplateSubject({
      nodeGroups: managed,
      launchTemplates: complete(silent, copy(httpTokens)),
    })
    expect(judged(subject)).toEqual([`1 in use, default, latest: ${httpTokens}`])
  })

  // The same version started without EKS in between gets what EC2 gives it.
  test('is in force as EC2 has it where another Auto Scaling group starts from the template itself', () => {
    const subject = build.launchTemplateSubject({
      nodeGroups: managed,
      launchTemplates: complete(silent, copy('required')),
      ...usedBy(base('1')),
    })
    expect(judged(subject)).toEqual(['1 in use, default, latest: required', '1 in use, default, latest: optional'])
  })

  test('does not matter where the template says it', () => {
    const subject = build.launchTemplateSubject({
      nodeGroups: managed,
      launchTemplates: complete(build.launchTemplate([required]), copy('optional')),
    })
    expect(judged(subject)).toEqual(['1 in use, default, latest: required'])
  })
})

describe('uses that may not have been seen', () => {
  const status = (subject: ReturnType<typeof web>) => check.evaluate(subject, defaultPolicy).status
  const blind: readonly [string, Partial<RegionInventory>][] = [
    ['Auto Scaling groups', { autoScalingGroups: build.refused('autoscaling:DescribeAutoScalingGroups') }],
    ['node groups of a cluster', { nodeGroups: build.refused('eks:ListNodegroups') }],
    ['clusters', { clusters: build.refused('eks:ListClusters') }],
  ]

  // A version that nobody looked at may be pinned by whom nobody saw.
  test.each(blind)('leave a template with versions that were not judged unknown: %s', (_, over) => {
    const subject = web([optional, required, required], over, { defaultVersion: 2 })
    expect(status(subject)).toBe('unknown')
  })

  // A managed group may be completed by EKS to the better or to the worse of what EC2 would give.
  test.each(blind)('leave what a template does not say unknown: %s', (_, over) => {
    expect(status(web([{}], over))).toBe('unknown')
    expect(status(web([{}], { ...over, imdsDefaults: known({ httpTokens: 'required' }) }))).toBe('unknown')
  })

  test.each(blind)('do not matter where every version says required: %s', (_, over) => {
    expect(status(web([required, required], over))).toBe('pass')
  })

  test('do not come of a cluster that was listed and not described', () => {
    const clusters = {
      items: [{ ...build.cluster(), detail: build.denied('eks:DescribeCluster') }],
      failures: [
        { action: 'eks:DescribeCluster', resource: 'shop', class: 'denied' as const, reason: 'access denied' },
      ],
    }
    expect(status(web([optional, required], { clusters }, { defaultVersion: 2 }))).toBe('pass')
  })

  test('leave a template unknown whose latest version a list that broke off did not tell', () => {
    const { latestVersion, ...rest } = build.launchTemplate([required, optional])
    expect(latestVersion).toBe(2)
    const subject = build.launchTemplateSubject({
      launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions', {
        ...rest,
        versions: rest.versions.slice(0, 1),
      }),
    })
    expect(status(subject)).toBe('unknown')
  })
})
