import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeLaunchConfigurationsCommand } from '@aws-sdk/client-auto-scaling'
import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ConfigError } from '../../src/core/errors.ts'
import { readOrganization } from '../../src/sandbox/organization.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { clients } from './support.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'))
})
afterAll(() => rm(folder, { recursive: true }))

// Ten lines, so what a case adds begins at line 11.
const head = `version: 1
organization: { id: o-acme, management: '100000000000', hub: '111111111111' }
regions: [eu-west-1, us-east-1]
units:
  Payments:
    accounts:
      '222222222222':
        name: payments
        regions:
          eu-west-1:
`

const written = async (text: string) => {
  const file = join(folder, 'acme.yaml')
  await writeFile(file, text)
  return file
}
const problemsOf = async (text: string) => {
  const file = await written(text)
  const error: unknown = await readOrganization(file).then(
    () => undefined,
    thrown => thrown,
  )
  expect(error).toBeInstanceOf(ConfigError)
  return (error as ConfigError).message.replaceAll(file, 'acme.yaml').replaceAll(folder, '').split('\n')
}
const inRegion = (...lines: string[]) => problemsOf(head + lines.map(line => `            ${line}\n`).join(''))

describe('what is wrong is told with file and line', () => {
  test('an unknown key', async () => {
    expect(await inRegion('clusters: { shop: { version: "1.31", nodegroups: {} } }')).toEqual([
      expect.stringMatching(/^acme\.yaml:11: .*clusters\.shop\.nodegroups: is not a known key$/),
    ])
  })

  test('a version without quotes, which YAML reads as a number', async () => {
    const [problem] = await inRegion('clusters: { shop: { version: 1.30 } }')
    expect(problem).toMatch(/^acme\.yaml:11: .*version: is a version in quotes, such as '1\.30'$/)
  })

  test.each([
    [
      'an image',
      ['launchTemplates:', '  web: { versions: [{}, { image: gold }] }'],
      12,
      'web.versions.1.image: there is no image gold',
    ],
    [
      'a default version',
      ['launchTemplates: { web: { default: 2, versions: [{}] } }'],
      11,
      'default: there is no version 2',
    ],
    [
      'a launch template',
      ['clusters: { shop: { version: "1.31", nodeGroups: { web: { launchTemplate: web } } } }'],
      11,
      'web.launchTemplate: there is no launch template web',
    ],
    [
      'a template version',
      ['launchTemplates: { web: { versions: [{}] } }', 'autoScalingGroups:', '  g:', '    launchTemplate: web:2'],
      14,
      'g.launchTemplate: there is no launch template web:2',
    ],
    [
      'a template of a node',
      [
        'launchTemplates: { web: { versions: [{}] } }',
        'autoScalingGroups: { g: { launchTemplate: web, nodes: [{ launchTemplate: other }] } }',
      ],
      12,
      'nodes.0.launchTemplate: there is no launch template other',
    ],
    [
      'a cluster',
      ['autoScalingGroups: { g: { cluster: shop, launchConfigurationName: lc } }'],
      11,
      'g.cluster: there is no cluster shop here; for a cluster that is not of EKS write the tag itself',
    ],
    [
      'an image of a launch configuration',
      ['launchConfigurations:', '  lc: { image: gold, instanceType: m5.large }'],
      12,
      'lc.image: there is no image gold',
    ],
    [
      'a launch configuration',
      ['instances: { i: { launchConfigurationName: lc } }'],
      11,
      'i.launchConfigurationName: there is no launch configuration lc',
    ],
    [
      'a template of an instance',
      ['instances:', '  i:', '    launchTemplate: web'],
      13,
      'i.launchTemplate: there is no launch template web',
    ],
    [
      'a cluster of an instance',
      ['instances: { i: { cluster: shop, image: ami-0a } }'],
      11,
      'i.cluster: there is no cluster shop here; for a cluster that is not of EKS write the tag itself',
    ],
  ])('a reference to %s that is not there', async (_what, lines, line, message) => {
    const [problem, ...others] = await inRegion(...lines)
    expect(others).toEqual([])
    expect(problem).toMatch(new RegExp(`^acme\\.yaml:${line}: `))
    expect(problem?.endsWith(message)).toBe(true)
  })

  test('what EKS would refuse', async () => {
    const [together] = await inRegion(
      'launchTemplates: { web: { versions: [{ image: ami-0a }] } }',
      'clusters: { shop: { version: "1.31", nodeGroups: { web: { launchTemplate: web, amiType: AL2_x86_64 } } } }',
    )
    expect(together).toMatch(/^acme\.yaml:12: .*amiType: cannot stand beside web, which holds an image/)
    const [unpublished] = await inRegion(
      'clusters: { shop: { version: "1.33", nodeGroups: { web: { amiType: AL2_x86_64 } } } }',
    )
    expect(unpublished).toMatch(/AWS published no AL2_x86_64 image for Kubernetes 1\.33$/)
    const [neither] = await inRegion('autoScalingGroups: { g: {} }')
    expect(neither).toMatch(/g: needs a launchTemplate or a launchConfigurationName, and not both$/)
  })

  test('what EC2 would refuse', async () => {
    const [imageless] = await inRegion('instances: { i: { instanceType: m5.large } }')
    expect(imageless).toMatch(
      /^acme\.yaml:11: .*i: needs an image, or a launchTemplate or launchConfigurationName that has one$/,
    )
    const [both] = await inRegion(
      'launchTemplates: { web: { versions: [{ image: ami-0a }] } }',
      'launchConfigurations: { lc: { image: ami-0a, instanceType: m5.large } }',
      'instances: { i: { launchTemplate: web, launchConfigurationName: lc } }',
    )
    expect(both).toMatch(/^acme\.yaml:13: .*i: cannot have a launchTemplate and a launchConfigurationName$/)
  })

  test('keys and values that the newer parts do not know', async () => {
    expect(await inRegion('instances: { i: { image: ami-0a, lifecycleState: InService } }')).toEqual([
      expect.stringMatching(/^acme\.yaml:11: .*instances\.i\.lifecycleState: is not a known key$/),
    ])
    expect(
      await inRegion('launchConfigurations:', '  lc:', '    { image: ami-0a, instanceType: t3.large, ebs: {} }'),
    ).toEqual([expect.stringMatching(/^acme\.yaml:13: .*launchConfigurations\.lc\.ebs: is not a known key$/)])
    expect(await inRegion('clusters: { shop: { version: "1.31", insights: [{ name: a, status: FAILING }] } }')).toEqual(
      [expect.stringMatching(/^acme\.yaml:11: .*insights\.0\.status: /)],
    )
    expect(
      await problemsOf(`${head}            {}\nclusterVersions: { "1.40": { releaseDate: 2026-11-01 } }\n`),
    ).toEqual([expect.stringMatching(/^acme\.yaml:12: clusterVersions\.1\.40: is no version that the sandbox knows/)])
  })

  test('units, accounts and Regions that policies, faults and accounts name', async () => {
    const rest = [
      'policies: [{ id: p-1, unit: Retail, deny: "*", regions: [eu-north-1] }]',
      "faults: [{ account: '333333333333', action: '*' }]",
      "accounts: { '222222222222': { name: again } }",
    ]
    expect(await problemsOf(`${head}            {}\n${rest.join('\n')}\n`)).toEqual([
      expect.stringMatching(/^acme\.yaml:7: .*account 222222222222 stands in two places$/),
      expect.stringMatching(/^acme\.yaml:12: policies\.0\.unit: there is no single unit Retail;/),
      expect.stringMatching(
        /^acme\.yaml:12: policies\.0\.regions\.0: eu-north-1 is not one of the organization's Regions$/,
      ),
      expect.stringMatching(/^acme\.yaml:13: faults\.0\.account: there is no such account$/),
    ])
  })

  test('a user data file that is missing', async () => {
    const [problem, ...others] = await inRegion(
      'launchTemplates:',
      '  web:',
      '    versions: [{ userData: file:web.sh }]',
    )
    expect(others).toEqual([])
    expect(problem).toMatch(/^acme\.yaml:13: .*versions\.0\.userData: \/web\.sh cannot be read$/)
  })

  test('user data that EC2 would refuse for its length, before base64', async () => {
    const longest = 'x'.repeat(16_384)
    await writeFile(join(folder, 'longest.sh'), longest)
    await writeFile(join(folder, 'long.sh'), `${longest}x`)
    const versions = [longest, `${longest}ö`, 'file:longest.sh', 'file:long.sh', `base64:${btoa(`${longest}x`)}`]
    const problems = async (written: readonly string[]) =>
      inRegion('launchTemplates:', '  web:', '    versions:', ...written.map(text => `      - userData: ${text}`))
    expect(await problems(versions.filter((_, index) => index !== 3))).toEqual([
      expect.stringMatching(/^acme\.yaml:15: .*versions\.1\.userData: is 16386 bytes .* EC2 takes 16384$/),
      expect.stringMatching(/^acme\.yaml:17: .*versions\.3\.userData: is 16385 bytes/),
    ])
    expect(await problems(versions.slice(2, 4))).toEqual([
      expect.stringMatching(/^acme\.yaml:15: .*versions\.1\.userData: \S*\/long\.sh is 16385 bytes/),
    ])
  })

  test('a file that is missing, and one that is no YAML', async () => {
    await expect(readOrganization(join(folder, 'none.yaml'))).rejects.toThrow(
      'none.yaml cannot be read: there is no such file.',
    )
    expect(await problemsOf('version: 1\nregions: [a\nunits: {}')).toContainEqual(
      expect.stringMatching(/^acme\.yaml:[23]: /),
    )
  })
})

test('user data is text, a file beside the YAML, or base64, byte for byte', async () => {
  const bytes = Buffer.from([0x1f, 0x8b, 0x00, 0xff])
  await writeFile(join(folder, 'web.gz'), bytes)
  const base64 = bytes.toString('base64')
  const template = `launchTemplates: { web: { versions: [{ userData: "#!/bin/sh" }, { userData: file:web.gz }, { userData: "base64:${base64}" }] } }`
  const sandbox = createSandbox(await readOrganization(await written(`${head}            ${template}\n`)))
  const { LaunchTemplateVersions = [] } = await clients(sandbox, '222222222222').ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: 'web', Versions: ['1', '2', '3'] }),
  )
  const userData = LaunchTemplateVersions.map(({ LaunchTemplateData }) => LaunchTemplateData?.UserData)
  expect(userData).toEqual([Buffer.from('#!/bin/sh').toString('base64'), base64, base64])
})

test('instances and launch configurations may have their user data in a file too', async () => {
  await writeFile(join(folder, 'node.sh'), '#!/bin/sh')
  const lines = [
    'launchConfigurations: { lc: { image: ami-0a, instanceType: m5.large, userData: file:node.sh } }',
    'instances: { i: { image: ami-0a, userData: file:node.sh } }',
  ]
  const file = await written(head + lines.map(line => `            ${line}\n`).join(''))
  const { ec2, autoscaling } = clients(createSandbox(await readOrganization(file)), '222222222222')
  const { LaunchConfigurations } = await autoscaling.send(new DescribeLaunchConfigurationsCommand({}))
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({}))
  const InstanceId = Reservations?.[0]?.Instances?.[0]?.InstanceId
  const { UserData } = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' }))
  const base64 = Buffer.from('#!/bin/sh').toString('base64')
  expect([LaunchConfigurations?.[0]?.UserData, UserData?.Value]).toEqual([base64, base64])
})

test('what is derived is the same whenever the file is read', async () => {
  const file = await written(`${head}            clusters: { shop: { version: "1.31", nodeGroups: { web: {} } } }\n`)
  const read = async () => {
    const { ec2 } = clients(createSandbox(await readOrganization(file)), '222222222222')
    const { LaunchTemplateVersions } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ Versions: ['$Latest'] }),
    )
    return LaunchTemplateVersions
  }
  expect(await read()).toEqual(await read())
  // Pinned, because findings of stored runs are compared by these ids.
  expect((await read())?.[0]).toMatchObject({
    LaunchTemplateId: 'lt-096f8f2d596d565ff',
    CreateTime: new Date('2026-10-10T10:02:00Z'),
  })
})
