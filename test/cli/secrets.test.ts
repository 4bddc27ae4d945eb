import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { tableDefinition } from '../../src/aws/store.ts'
import { RegionInventory } from '../../src/core/inventory.ts'
import { reportFormats } from '../../src/reports/index.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { readOrganization } from '../../src/sandbox/organization.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { openTable } from '../../src/sandbox/table.ts'
import { scopeOf, textOf } from '../../src/sandbox/wire.ts'
import { type FakeAws, fakeAws } from '../packaged/aws.ts'
import { bareEnvironment, type Outcome, run, runHere } from '../support/cli.ts'
import { leaksIn, plant, secret } from '../support/secrets.ts'
import { clientAt, dump } from '../support/table.ts'

// User data can hold secrets, so nothing of its text may leave the collector: here every kind of it is planted in every
// kind of use, and everything that a night writes anywhere is searched.

const hub = '111111111111'
const whole = '222222222222'
const denied = '333333333333'
const broken = '444444444444'
const topic = `arn:aws:sns:eu-west-1:${hub}:posture`

const uses = {
  managed: plant('managed'),
  custom: plant('custom'),
  own: plant('own'),
  pinned: plant('pinned'),
  configured: plant('configured'),
  karpenter: plant('karpenter'),
  lone: plant('lone'),
  outside: plant('outside'),
  'configured-outside': plant('configured-outside'),
  unused: plant('unused'),
}
const planted = Object.values(uses).flat()

const templatesOf = (use: keyof typeof uses, rest: object = {}) =>
  uses[use].map(({ kind, base64 }) => [
    `${use}-${kind}`,
    { versions: [{ userData: `base64:${base64}`, metadataOptions: { httpTokens: 'optional' }, ...rest }] },
  ])
const groupsOf = (use: keyof typeof uses, group: (launchTemplate: string) => object) =>
  uses[use].map(({ kind }) => [`${use}-${kind}`, group(`${use}-${kind}`)])

const configurationsOf = (use: keyof typeof uses) =>
  uses[use].map(({ kind, base64 }) => [
    `${use}-${kind}`,
    { image: 'ami-0a', instanceType: 'm5.large', userData: `base64:${base64}` },
  ])
const instancesOf = (use: keyof typeof uses, tagsOf: (name: string) => object) =>
  uses[use].map(({ kind, base64 }) => [
    `${use}-${kind}`,
    { cluster: 'shop', image: 'ami-0a', userData: `base64:${base64}`, tags: tagsOf(`${use}-${kind}`) },
  ])

const region = {
  launchTemplates: Object.fromEntries([
    ...templatesOf('managed'),
    ...templatesOf('custom', { image: 'ami-0a' }),
    ...templatesOf('own', { image: 'ami-0a' }),
    ...templatesOf('outside', { image: 'ami-0a' }),
    ...templatesOf('unused'),
    ...uses.pinned.map(({ kind, base64 }) => [
      `pinned-${kind}`,
      { versions: [{ image: 'ami-0a' }, { userData: `base64:${base64}` }, { image: 'ami-0a' }] },
    ]),
  ]),
  launchConfigurations: Object.fromEntries([
    ...configurationsOf('configured'),
    ...configurationsOf('configured-outside'),
  ]),
  instances: Object.fromEntries([
    ...instancesOf('karpenter', name => ({ 'karpenter.k8s.aws/ec2nodeclass': name })),
    ...instancesOf('lone', () => ({ password: secret('-tag-') })),
  ]),
  clusters: {
    shop: {
      version: '1.31',
      nodeGroups: Object.fromEntries([
        ...groupsOf('managed', launchTemplate => ({ launchTemplate })),
        ...groupsOf('custom', launchTemplate => ({ launchTemplate })),
      ]),
    },
  },
  autoScalingGroups: Object.fromEntries([
    ...groupsOf('own', launchTemplate => ({ cluster: 'shop', launchTemplate })),
    ...groupsOf('pinned', name => ({
      cluster: 'shop',
      launchTemplate: name,
      nodes: [{ launchTemplate: `${name}:2` }],
    })),
    ...groupsOf('outside', launchTemplate => ({ launchTemplate })),
    ...groupsOf('configured', name => ({ cluster: 'shop', launchConfigurationName: name, desiredSize: 0 })),
    ...groupsOf('configured-outside', name => ({ launchConfigurationName: name, desiredSize: 0 })),
  ]),
}
const accountNamed = (name: string, deny: readonly string[] = []) => ({
  name,
  role: { deny },
  regions: { 'eu-west-1': region },
})
const organization = {
  version: 1,
  organization: { id: 'o-small', management: '100000000000', hub },
  regions: ['eu-west-1'],
  accounts: { '100000000000': { name: 'boss' } },
  units: {
    Shops: {
      accounts: {
        [hub]: { name: 'tooling' },
        [whole]: accountNamed('whole'),
        [denied]: accountNamed('denied', ['eks:DescribeNodegroup', 'ec2:DescribeImages', 'autoscaling:*']),
        [broken]: accountNamed('broken'),
      },
    },
  },
}

/** What was written, by where. */
const written = new Map<string, string | Uint8Array>()
let folder = ''
let aws: FakeAws
let received = 0
const pathOf = (name: string) => join(folder, name)
const organizationFile = () => pathOf('organization.yaml')

const environment = {
  ...bareEnvironment,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: accessKeyOf(hub),
  AWS_SECRET_ACCESS_KEY: secretKey,
  DEBUG: '*',
  NODE_DEBUG: 'http,https',
  LOG_LEVEL: 'debug',
}

const keep = (name: string, { stdout, stderr }: Outcome) => {
  written.set(`stdout of ${name}`, stdout)
  written.set(`stderr of ${name}`, stderr)
}
const tell = async (name: string, ...args: string[]) =>
  keep(name, await run({ ...environment, AWS_ENDPOINT_URL_STS: aws.url }, ...args))
const keepFiles = async () => {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile() && file !== organizationFile()) written.set(file.slice(folder.length + 1), await readFile(file))
  }
}

/** The calls whose answers hold user data. */
const carriers = /Action=Describe(?:LaunchTemplateVersions|LaunchConfigurations|InstanceAttribute)/

/** What the sandbox says, cut off in the middle of the user data in the account `broken`. */
const answerWith = (sandbox: ReturnType<typeof createSandbox>): Parameters<typeof fakeAws>[1] => {
  return async request => {
    const response = await sandbox.handle(request)
    if (!carriers.test(textOf(request))) return response
    const text = Buffer.from(response.body).toString()
    received += leaksIn(text, planted).length
    if (scopeOf(request)?.accessKey.endsWith(broken) !== true) return response
    return { ...response, body: Buffer.from(text.slice(0, text.search(/<userData>(?![\s\S]*<userData>)/i) + 100)) }
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'))
  await writeFile(organizationFile(), JSON.stringify(organization))
  aws = await fakeAws('', answerWith(createSandbox(await readOrganization(organizationFile()))))
  const scan = ['scan', '--org', '--endpoint-url', aws.url, '--fail-on', 'never']
  const memory = ['--store', pathOf('store')]

  await tell('scan', ...scan, ...memory, '--record', pathOf('recording'), '--publish', topic)
  await tell('scan --format json', ...scan, '--format', 'json')
  await tell('report --format asff', 'report', ...memory, '--format', 'asff')
  await tell('report --format digest', 'report', ...memory, '--format', 'digest')
  // A recording is judged to the same bytes, and what a store tells needs no AWS: neither needs a process of its own.
  for (const format of reportFormats) {
    keep(`scan --replay --format ${format}`, await runHere('scan', '--replay', pathOf('recording'), '--format', format))
    if (format === 'asff') continue
    keep(`report --format ${format}`, await runHere('report', ...memory, '--format', format))
  }
  await tell('scan that cannot write', ...scan, '--output', pathOf('nowhere/report.html'))

  await keepFiles()
  const table = await openTable(pathOf('store'), tableDefinition)
  const client = clientAt(table.endpoint)
  const items = await dump({ client, stop: async () => {} }, table.tableName)
  client.destroy()
  await table.close()
  written.set('items of the store', JSON.stringify(items))
  written.set('calls', aws.calls.map(({ body }) => body).join('\n'))
  written.set('message', aws.published.flatMap(message => [...message.values()]).join('\n'))
}, 300_000)
afterAll(async () => {
  await aws?.close()
  await rm(folder, { recursive: true })
})

const textIn = (name: string) => String(written.get(name) ?? '')

describe('secrets in user data', () => {
  test('came to the collector, which tells facts of the versions that EKS groups use', async () => {
    expect(received).toBeGreaterThan(100)
    const { inventory } = JSON.parse(textIn(`recording/accounts/${whole}/eu-west-1.json`))
    const { launchTemplates } = RegionInventory.parse(inventory)
    const read = launchTemplates.items.flatMap(({ name, versions }) =>
      versions.flatMap(({ number, data }) => (data.ok && data.value.userData ? [`${name}:${number}`] : [])),
    )
    const used = [
      ...uses.managed.map(({ kind }) => `managed-${kind}:1`),
      ...uses.custom.map(({ kind }) => `custom-${kind}:1`),
      ...uses.own.map(({ kind }) => `own-${kind}:1`),
      ...uses.pinned.flatMap(({ kind }) => [`pinned-${kind}:1`, `pinned-${kind}:2`]),
    ]
    expect(read.sort()).toEqual(used.sort())
    const { launchConfigurations, nodeClassUserData } = RegionInventory.parse(inventory)
    const configured = launchConfigurations.items.flatMap(({ name, userData }) => (userData ? [name] : []))
    expect(configured.sort()).toEqual(uses.configured.map(({ kind }) => `configured-${kind}`).sort())
    const classes = nodeClassUserData.flatMap(({ nodeClass, userData }) => (userData.ok ? [nodeClass] : []))
    expect(classes.sort()).toEqual(uses.karpenter.map(({ kind }) => `karpenter-${kind}`).sort())
  })

  test('stand in nothing that was written', () => {
    const leaks = [...written].flatMap(([where, what]) => leaksIn(what, planted).map(leak => `${where}: ${leak}`))
    expect(leaks).toEqual([])
  })

  // An empty file tells no secret, but it does not tell either that none would be in it.
  test('were looked for where there is something to see', () => {
    for (const format of reportFormats) {
      expect(textIn(`stdout of scan --replay --format ${format}`)).toContain('launch-template-imdsv2-required')
      expect(textIn(`stdout of report --format ${format}`)).toContain('launch-template-imdsv2-required')
    }
    expect(textIn('stdout of scan')).toContain('managed-mime')
    expect(textIn('stdout of report --format digest')).toContain('first seen')
    expect(textIn('stdout of scan --format json')).toContain('"findings"')
    expect(textIn('stderr of scan')).toMatch(/HTTP \d+: /)
    expect(textIn('stderr of scan that cannot write')).toContain('report.html cannot be written')
    expect(textIn('items of the store')).toContain('launch-template-imdsv2-required')
    expect(textIn('message')).toContain('first seen')
    expect(textIn(`recording/accounts/${broken}/eu-west-1.json`)).toContain('ec2:DescribeLaunchTemplateVersions')
    expect([...written.keys()].filter(name => name.startsWith('store/')).length).toBeGreaterThan(1)
  })
})

describe('a secret is found', () => {
  const text = `PASSWORD=${secret('a')}`
  test.each<[string, string | Uint8Array]>([
    ['in the clear', text],
    ['in other letters', text.toUpperCase()],
    ['in bytes', Buffer.from([0, 255, ...Buffer.from(text), 0])],
    ['in hex', Buffer.from(text).toString('hex')],
    ['as a list of numbers', JSON.stringify([...Buffer.from(text)])],
    ['as bytes in JSON', JSON.stringify(new Uint8Array(Buffer.from(text)))],
    ['as a typed array that is inspected', inspect(new Uint8Array(Buffer.from(text)), { compact: 3 })],
    ['in base64', btoa(text)],
    ['in base64 behind one letter', btoa(`x${text}`)],
    ['in base64 behind two letters', btoa(`xx${text}`)],
  ])('%s', (_, what) => {
    expect(leaksIn(what)).toHaveLength(1)
  })

  test.each(uses.own.map(({ kind, base64 }) => [kind, base64]))(
    'in user data of the kind %s as EC2 sends it',
    (_, base64) => {
      expect(leaksIn(`<userData>${base64}</userData>`, uses.own).length).toBeGreaterThan(0)
    },
  )
})
