import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeRegionsCommand, type Region } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { checks } from '../../src/checks/index.ts'
import { runCli } from '../../src/cli/program.ts'
import { describeWith, moto } from '../support/judges.ts'
import { anyKey, hubClients } from './make.ts'
import { makeAcme, regions } from './organization.ts'
import { type Moto, startMoto } from './server.ts'

const notEnabled = 'ap-east-1'
/** As posture.yaml says. */
const asked: readonly string[] = [...regions, notEnabled]

/**
 * What the scan says of the organization that organization.ts makes, check by check: every finding stands here and
 * whatever passes or skips does not. `because` is what the finding's message or evidence holds among other words.
 */
const expected: Readonly<Record<string, string>> = {
  'node-group-off-amazon-linux-2': `
    account   region     resource              status   severity  because
    payments  eu-west-1  shop/legacy           fail     critical  upgrade path | blue-green
    payments  eu-west-1  shop/unborn           fail     critical  AL2_ARM_64
    payments  eu-west-1  shop/pinned           fail     critical  upgrade path | in-place
    payments  eu-west-1  shop/described        fail     critical  by description
    payments  eu-west-1  shop/golden           unknown  critical  neither name, description nor source of AMI
    payments  eu-west-1  shop/gone             unknown  critical  AMI ami-0dead000000000131 is not visible
    payments  us-east-1  shop/legacy           fail     critical  AL2_x86_64_GPU
    data      eu-west-1  lake/lake-middle      fail     critical  upgrade path | refresh
    data      eu-west-1  lake/lake-rolling     fail     critical  upgrade path | roll
    data      eu-west-1  lake/lake-mixed       fail     critical  amazon-eks-arm64-node-1.29-v20240817
    data      eu-west-1  lake/lake-configured  fail     critical  next node starts from | launch configuration lake-2019
    web       us-east-1  site/site-public      fail     critical  by AWS's public parameter
    web       us-east-1  site/site-lost        unknown  critical  there is no such parameter
    logs      us-east-1  mill/mill-early       fail     critical  upgrade path | refresh
    logs      us-east-1  mill/mill-steady      fail     critical  upgrade path | refresh
    logs      us-east-1  mill/mill-old         fail     critical  upgrade path | refresh
    logs      us-east-1  mill/mill-configured  fail     critical  launch configuration mill-2020
    logs      us-east-1  mill/eksctl           fail     critical  upgrade path | blue-green`,

  // moto has no account defaults, and so nobody knows whether EC2 refuses what allows IMDSv1.
  'node-group-imdsv2-required': `
    account   region     resource              status   severity  because
    payments  eu-west-1  shop/legacy           unknown  high      new node group with a launch template
    payments  eu-west-1  shop/unborn           unknown  high      has no Auto Scaling group and no template
    payments  eu-west-1  shop/golden           unknown  high      ec2:GetInstanceMetadataDefaults
    payments  us-east-1  shop/legacy           unknown  high      new launch template version
    data      eu-west-1  lake/lake-middle      unknown  high      version 2
    data      eu-west-1  lake/lake-mixed       unknown  high      launch template lake-arm
    data      eu-west-1  lake/lake-configured  unknown  high      launch configuration lake-2019 leaves it out`,

  // moto's instances take no metadata options from a template: EC2's oldest defaults are theirs.
  'node-group-nodes-imdsv2-required': `
    account   region     resource           status   severity  because
    data      eu-west-1  lake/lake-rolling  fail     high      the next one will require IMDSv2
    logs      us-east-1  mill/standalone    fail     high      HttpTokens | optional | running nodes`,

  'node-group-imds-reachable': `
    account   region     resource              status   severity  because
    payments  eu-west-1  shop/golden           unknown  critical  ec2:GetInstanceMetadataDefaults
    payments  eu-west-1  shop/unborn           unknown  critical  has no Auto Scaling group and no template
    payments  eu-west-1  shop/gone             unknown  critical  AMI ami-0dead000000000131 is not visible
    data      eu-west-1  lake/lake-configured  unknown  critical  launch configuration lake-2019 leaves it out
    logs      us-east-1  mill/mill-dark        fail     critical  HttpEndpoint | disabled | launch template mill-dark`,

  // Whoever says no hop limit gets the account's, which is not known; with the endpoint off it does not matter.
  'node-group-hop-limit-fits': `
    account   region     resource              status   severity  because
    payments  eu-west-1  shop/legacy           unknown  medium    ec2:GetInstanceMetadataDefaults
    payments  eu-west-1  shop/modern           unknown  medium    ec2:GetInstanceMetadataDefaults
    payments  eu-west-1  shop/unborn           unknown  medium    has no Auto Scaling group and no template
    payments  eu-west-1  shop/pinned           unknown  medium    ec2:GetInstanceMetadataDefaults
    payments  eu-west-1  shop/golden           unknown  medium    ec2:GetInstanceMetadataDefaults
    payments  eu-west-1  shop/described        unknown  medium    ec2:GetInstanceMetadataDefaults
    payments  eu-west-1  rockets/fleet         unknown  medium    ec2:GetInstanceMetadataDefaults
    payments  us-east-1  shop/legacy           unknown  medium    ec2:GetInstanceMetadataDefaults
    data      eu-west-1  lake/lake-middle      unknown  medium    ec2:GetInstanceMetadataDefaults
    data      eu-west-1  lake/lake-rolling     unknown  medium    ec2:GetInstanceMetadataDefaults
    data      eu-west-1  lake/lake-mixed       unknown  medium    ec2:GetInstanceMetadataDefaults
    data      eu-west-1  lake/lake-configured  unknown  medium    launch configuration lake-2019 leaves it out
    data      eu-west-1  lake/lake-amazon      unknown  medium    ec2:GetInstanceMetadataDefaults
    web       us-east-1  site/site-public      unknown  medium    ec2:GetInstanceMetadataDefaults
    web       us-east-1  site/site-own         unknown  medium    ec2:GetInstanceMetadataDefaults
    web       us-east-1  site/site-lost        unknown  medium    ec2:GetInstanceMetadataDefaults
    logs      us-east-1  mill/mill-wide        fail     medium    credentials of pods | IAM OIDC provider
    logs      us-east-1  mill/mill-wider       fail     medium    hop limit of 3
    logs      us-east-1  mill/mill-old         fail     medium    hop limit of 2
    logs      us-east-1  mill/eksctl           fail     medium    hop limit of 2`,

  // Where a person wrote optional, or 2 hops, pods keep it on AL2023 too. moto has no add-ons that could need it.
  'node-group-pods-keep-imds': `
    account   region     resource              status   severity  because
    payments  eu-west-1  shop/legacy           unknown  high      eks:ListAddons
    payments  eu-west-1  shop/unborn           unknown  high      has no Auto Scaling group and no template
    payments  eu-west-1  shop/pinned           unknown  high      ec2:GetInstanceMetadataDefaults
    payments  eu-west-1  shop/golden           unknown  high      neither name, description nor source of AMI
    payments  eu-west-1  shop/described        unknown  high      ec2:GetInstanceMetadataDefaults
    payments  eu-west-1  shop/gone             unknown  high      AMI ami-0dead000000000131 is not visible
    data      eu-west-1  lake/lake-rolling     unknown  high      ec2:GetInstanceMetadataDefaults
    data      eu-west-1  lake/lake-configured  unknown  high      launch configuration lake-2019 leaves it out
    web       us-east-1  site/site-public      unknown  high      ec2:GetInstanceMetadataDefaults
    web       us-east-1  site/site-lost        unknown  high      there is no such parameter
    logs      us-east-1  mill/eksctl           unknown  high      HttpPutResponseHopLimit after the move | 1`,

  // Opt-in, and nobody asked for it.
  'node-group-imdsv1-not-called': `
    account   region     resource              status   severity  because`,

  // Most templates here name no type, which moto lets pass.
  'node-group-instance-types-supported': `
    account   region     resource              status   severity  because
    payments  eu-west-1  shop/unborn           unknown  high      has no Auto Scaling group and no template
    payments  eu-west-1  shop/golden           unknown  high      neither name, description nor source of AMI
    payments  eu-west-1  shop/gone             unknown  high      AMI ami-0dead000000000131 is not visible
    data      eu-west-1  lake/lake-middle      unknown  high      the group names none
    data      eu-west-1  lake/lake-rolling     unknown  high      the group names none
    data      eu-west-1  lake/lake-mixed       fail     medium    amiType for m7g.large | AL2023_ARM_64_STANDARD
    web       us-east-1  site/site-public      unknown  high      the group names none
    web       us-east-1  site/site-lost        unknown  high      there is no such parameter
    logs      us-east-1  mill/mill-configured  fail     high      amiType for p2.xlarge | none`,

  'node-group-eksctl-ready': `
    account   region     resource     status   severity  because
    logs      us-east-1  mill/eksctl  fail     info      newest eksctl | 0.150.0`,

  // EKS adds what is missing where it was given no AMI; AMIs of the account may bring a bootstrap of their own.
  'user-data-matches-os': `
    account   region     resource               status   severity  because
    payments  eu-west-1  shop/pinned            unknown  critical  version 2 has no bootstrap
    payments  eu-west-1  shop/golden            unknown  critical  neither name, description nor source of AMI
    payments  eu-west-1  shop/described         unknown  critical  a custom AMI may bring its own
    payments  eu-west-1  shop/gone              unknown  critical  AMI ami-0dead000000000131 is not visible
    data      eu-west-1  lake/lake-middle       unknown  critical  a custom AMI may bring its own
    data      eu-west-1  lake/lake-rolling      unknown  critical  a custom AMI may bring its own
    data      eu-west-1  lake/lake-mixed        unknown  critical  a custom AMI may bring its own
    data      eu-west-1  lake/lake-configured   unknown  critical  launch configuration lake-2019 has no bootstrap
    data      eu-west-1  lake/lake-amazon       unknown  critical  a custom AMI may bring its own
    web       us-east-1  site/site-public       fail     critical  has no bootstrap in its user data
    web       us-east-1  site/site-own          unknown  critical  a custom AMI may bring its own
    web       us-east-1  site/site-lost         unknown  critical  there is no such parameter
    logs      us-east-1  mill/mill-bare         fail     critical  has no bootstrap in its user data
    logs      us-east-1  mill/mill-left         fail     critical  calls bootstrap.sh on Amazon Linux 2023
    logs      us-east-1  mill/mill-left-custom  fail     high      calls bootstrap.sh on Amazon Linux 2023
    logs      us-east-1  mill/mill-early        fail     high      has a NodeConfig and no call of bootstrap.sh`,

  'node-config-parses': `
    account   region     resource            status   severity  because
    logs      us-east-1  mill/mill-rejected  fail     critical  spec.kubelet must be a mapping`,

  'node-config-complete': `
    account   region     resource                     status   severity  because
    logs      us-east-1  mill/mill-unfinished         fail     critical  spec.cluster.cidr
    logs      us-east-1  mill/mill-unfinished-custom  unknown  critical  /etc/eks/nodeadm.d`,

  'node-config-matches-cluster': `
    account   region     resource            status   severity  because
    logs      us-east-1  mill/mill-stranger  fail     high      another endpoint`,

  'user-data-without-docker': `
    account   region     resource              status   severity  because
    logs      us-east-1  mill/mill-old         fail     high      docker-runtime
    logs      us-east-1  mill/mill-configured  fail     low       launch configuration mill-2020, line 2`,

  'user-data-without-al2-tools': `
    account   region     resource       status   severity  because
    logs      us-east-1  mill/mill-old  fail     medium    amazon-linux-extras`,

  'user-data-cgroup-v2-ready': `
    account   region     resource       status   severity  because
    logs      us-east-1  mill/mill-old  fail     medium    cgroup-v1-path`,

  'user-data-uses-imdsv2': `
    account   region     resource       status   severity  because
    logs      us-east-1  mill/mill-old  fail     high      version 1, line 4`,

  'launch-template-imdsv2-required': `
    account     region     resource     status   severity  because
    management  eu-west-1  bastion      fail     low       no use was seen
    payments    eu-west-1  shop-pinned  fail     high      version 1 | default
    payments    eu-west-1  shop-golden  unknown  high      ec2:GetInstanceMetadataDefaults
    payments    us-east-1  shop-gpu     fail     high      EKS node group | shop/legacy
    data        eu-west-1  lake-middle  fail     high      version 2 | in use
    data        eu-west-1  lake-arm     fail     high      EKS node group | lake/lake-mixed
    data        eu-west-1  kops         fail     medium    Auto Scaling group | kops-nodes
    data        eu-west-1  batch        fail     medium    Auto Scaling group | batch
    data        eu-west-1  forgotten    fail     low       no use was seen
    data        eu-west-1  next-week    fail     low       version 2 | latest
    data        eu-west-1  silent       unknown  high      ec2:GetInstanceMetadataDefaults
    data        eu-west-1  half-said    unknown  high      ec2:GetInstanceMetadataDefaults`,

  // moto has no add-ons. Clusters without Amazon Linux nodes (rockets, vacant) need none.
  'cluster-vpc-cni-ready': `
    account   region     resource   status   severity  because
    payments  eu-west-1  shop/shop  unknown  high      eks:ListAddons
    payments  us-east-1  shop/shop  unknown  high      eks:ListAddons
    data      eu-west-1  lake/lake  unknown  high      eks:ListAddons
    web       us-east-1  site/site  unknown  high      eks:ListAddons
    logs      us-east-1  mill/mill  unknown  high      eks:ListAddons`,

  // Every version here has left extended support, or does within the days that make it critical, whenever this runs.
  'cluster-free-of-al2-hold': `
    account   region     resource   status   severity  because
    payments  eu-west-1  shop/shop  fail     critical  AWS moves the control plane from | 2026-11-26
    payments  us-east-1  shop/shop  fail     critical  node group | legacy | Amazon Linux 2 in its templates
    data      eu-west-1  lake/lake  fail     critical  node group | lake-rolling | Amazon Linux 2 in its nodes
    web       us-east-1  site/site  fail     critical  node group | site-public | Amazon Linux 2 in its templates
    logs      us-east-1  mill/mill  fail     critical  node group | eksctl | Amazon Linux 2 in its templates`,

  // moto has no DescribeClusterVersions: the published dates stand in for it.
  'cluster-version-supported': `
    account   region     resource         status   severity  because
    payments  eu-west-1  shop/shop        fail     critical  end of extended support | 2026-11-26
    payments  eu-west-1  rockets/rockets  fail     critical  end of extended support | 2026-07-23
    payments  eu-west-1  vacant/vacant    unknown  medium    no calendar has Kubernetes 1.99
    payments  us-east-1  shop/shop        fail     critical  end of extended support | 2026-07-23
    data      eu-west-1  lake/lake        fail     critical  end of extended support | 2026-03-23
    web       us-east-1  site/site        fail     critical  end of extended support | 2026-07-23
    logs      us-east-1  mill/mill        fail     critical  end of extended support | 2026-07-23`,

  // moto's images say nothing of IMDS. Of Amazon's own, of AMIs that EKS chose and of one that is not visible nothing is said.
  'image-imdsv2-supported': `
    account   region     resource                                              status  severity  because
    payments  eu-west-1  amazon-eks-node-1.31-v20240817                        fail    low       node group | shop/pinned
    payments  eu-west-1  golden-2024-11                                        fail    low       node group | shop/golden
    payments  eu-west-1  golden-2024-12                                        fail    low       node group | shop/described
    data      eu-west-1  amazon-eks-node-1.29-v20240817                        fail    low       node group | lake/lake-configured
    data      eu-west-1  amazon-eks-arm64-node-1.29-v20240817                  fail    low       node group | lake/lake-mixed
    data      eu-west-1  amazon-eks-al2023-node-1.33-v20260908                 fail    low       node group | lake/lake-rolling
    web       us-east-1  amazon-eks-node-al2023-arm64-standard-1.33-v20260901  fail    low       node group | site/site-own
    logs      us-east-1  amazon-eks-node-1.30-v20240817                        fail    low       node group | mill/mill-old
    logs      us-east-1  amazon-eks-node-al2023-x86_64-standard-1.30-v20260901  fail    low       node group | mill/standalone`,

  // moto has no account defaults. The management account is called master there.
  'account-imdsv2-default-required': `
    account     region  resource  status   severity  because
    management  global  master    unknown  medium    ec2:GetInstanceMetadataDefaults
    payments    global  payments  unknown  medium    ec2:GetInstanceMetadataDefaults
    data        global  data      unknown  medium    ec2:GetInstanceMetadataDefaults
    web         global  web       unknown  medium    ec2:GetInstanceMetadataDefaults
    logs        global  logs      unknown  medium    ec2:GetInstanceMetadataDefaults`,

  // The other accounts have something that allows IMDSv1, so enforcement is none of their questions yet.
  'account-imdsv2-enforced': `
    account  region  resource  status   severity  because
    web      global  web       unknown  low       ec2:GetInstanceMetadataDefaults`,
}

const noDefaults = 'ec2:GetInstanceMetadataDefaults: the endpoint answered HTTP 500, and not as AWS does'
const noParts = (clusters = '') =>
  [
    noDefaults,
    ...['ListAddons', 'ListInsights', 'ListPodIdentityAssociations'].map(
      action => `eks:${action}${clusters}: the endpoint answered HTTP 404, and not as AWS does`,
    ),
  ].join('; ')

// moto tells which Regions need opting in, and that nobody did. An account that is not asked has the hub's Regions.
const coverage = `
  account     region     status            detail
  management  eu-west-1  partial           ${noDefaults}
  management  us-east-1  partial           ${noDefaults}
  payments    eu-west-1  partial           ${noParts(' (3)')}
  payments    us-east-1  partial           ${noParts()}
  data        eu-west-1  partial           ${noParts()}
  data        us-east-1  partial           ${noDefaults}
  web         eu-west-1  partial           ${noDefaults}
  web         us-east-1  partial           ${noParts()}
  logs        eu-west-1  partial           ${noDefaults}
  logs        us-east-1  partial           ${noParts()}
  management  ap-east-1  region-disabled   the Region is not enabled for the account
  payments    ap-east-1  region-disabled   the Region is not enabled for the account
  data        ap-east-1  region-disabled   the Region is not enabled for the account
  web         ap-east-1  region-disabled   the Region is not enabled for the account
  logs        ap-east-1  region-disabled   the Region is not enabled for the account
  closed      eu-west-1  account-inactive  the account is SUSPENDED
  closed      us-east-1  account-inactive  the account is SUSPENDED`

interface Report {
  readonly summary: object
  readonly apiCalls: Readonly<Record<string, number>>
  readonly coverage: readonly Readonly<Record<'accountId' | 'region' | 'status' | 'detail', string>>[]
  readonly findings: readonly (Readonly<
    Record<'checkId' | 'accountId' | 'region' | 'status' | 'severity' | 'message', string>
  > & {
    readonly resource: { readonly name: string; readonly clusterName: string | null }
    readonly evidence: readonly object[]
  })[]
}

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

describeWith(moto, () => {
  let before: NodeJS.ProcessEnv = {}
  let server: Moto | undefined
  let names: ReadonlyMap<string, string>
  let otherRegions: readonly Region[]
  let plain: Ended
  let strict: Ended
  let ofSomeRegions: Ended
  let child: Ended

  beforeAll(async () => {
    before = takeAwsVariables()
    server = await startMoto()
    names = await makeAcme(server.url)
    const { Regions = [] } = await hubClients(server.url, 'us-east-1').ec2.send(new DescribeRegionsCommand())
    otherRegions = Regions.filter(({ RegionName = '' }) => !asked.includes(RegionName))
    process.env['AWS_ACCESS_KEY_ID'] = anyKey.accessKeyId
    process.env['AWS_SECRET_ACCESS_KEY'] = anyKey.secretAccessKey
    process.env['AWS_REGION'] = 'us-east-1'

    const args = ['scan', '--org', '--endpoint-url', server.url, '--format', 'json']
    const posture = ['--config', join(import.meta.dirname, 'posture.yaml')]
    const ended = [
      inProcess([...args, ...posture, '--fail-on', 'never']),
      inProcess([...args, ...posture, '--fail-on', 'never', '--strict']),
      inProcess([...args, ...regions.flatMap(region => ['--region', region]), '--fail-on', 'high']),
      asChild([...args, ...posture]),
    ] as const
    ;[plain, strict, ofSomeRegions, child] = await Promise.all(ended)
  }, 120_000)

  afterAll(async () => {
    takeAwsVariables()
    Object.assign(process.env, before)
    await server?.stop()
  })

  const report = ({ stdout } = plain) => JSON.parse(stdout) as Report
  const accountOf = (id: string) => names.get(id) ?? id

  describe('a scan of an organization in moto', () => {
    test('every check is judged here', () => {
      expect(Object.keys(expected).sort()).toEqual(checks.map(({ id }) => id))
    })

    test.each(Object.entries(expected))('%s finds exactly this', (checkId, table) => {
      const rows = rowsOf(table)
      const found = report().findings.filter(finding => finding.checkId === checkId)
      const actual = found.map(({ accountId, region, resource, status, severity, message, evidence }) => {
        const { name, clusterName } = resource
        const fullName = clusterName === null ? name : `${clusterName}/${name}`
        const key = [accountOf(accountId), region, fullName, status, severity]
        const because = rows.find(row => key.every((cell, index) => cell === row[index]))?.at(-1)
        const words = [message, ...evidence.map(row => Object.values(row).join(' | '))].join('\n')
        return [...key, because !== undefined && words.includes(because) ? because : words]
      })
      expect(actual.map(asLine).sort()).toEqual(rows.map(asLine).sort())
    })

    const covered = (isWanted: (region: string) => boolean) =>
      report()
        .coverage.filter(({ region }) => isWanted(region))
        .map(({ accountId, region, status, detail }) => asLine([accountOf(accountId), region, status, detail]))
        .sort()

    test('the Regions asked for are covered exactly so', () => {
      expect(covered(region => asked.includes(region))).toEqual(rowsOf(coverage).map(asLine).sort())
    })

    test('every other Region of every account is in the coverage as excluded', () => {
      const rowsFor = (account: string) =>
        otherRegions
          .filter(({ OptInStatus }) => account !== 'closed' || OptInStatus !== 'not-opted-in')
          .map(({ RegionName = '' }) =>
            asLine([account, RegionName, 'excluded', 'posture.yaml: scope.regions.include']),
          )
      expect(otherRegions.length).toBeGreaterThan(20)
      expect(covered(region => !asked.includes(region))).toEqual([...names.values()].flatMap(rowsFor).sort())
    })

    test('the summary counts what was looked at', () => {
      expect(report().summary).toMatchObject({
        accounts: 5,
        regions: 10,
        clusters: 7,
        nodeGroups: 34,
        launchTemplates: 35,
      })
    })

    test('the one warm pool is read', () => {
      expect(report().apiCalls['autoscaling:DescribeWarmPool']).toBe(1)
    })

    test('a run that is told to look at some Regions finds the same there and judges no account', () => {
      const inRegions = report().findings.filter(({ region }) => region !== 'global')
      expect(report(ofSomeRegions).findings).toEqual(inRegions)
    })
  })

  describe('the exit code', () => {
    test('is 0 with --fail-on never, whatever is found', () => expect(plain.code).toBe(0))
    test('is 2 with --strict, for something is unknown', () => expect(strict.code).toBe(2))
    test('is 1 with --fail-on high', () => expect(ofSomeRegions.code).toBe(1))
  })

  describe('a process of its own', () => {
    test('writes the same report to stdout and nothing else', () => {
      const { run: _, ...own } = JSON.parse(child.stdout)
      const { run: __, ...inProcessReport } = JSON.parse(plain.stdout)
      expect(own).toEqual(inProcessReport)
      expect(child.stdout).toBe(`${JSON.stringify(JSON.parse(child.stdout), null, 2)}\n`)
    })

    test('writes its progress to stderr', () => {
      expect(child.stderr).toMatch(/^Reading 6 accounts from account 123456789012, Region us-east-1/)
      expect(child.stderr).not.toContain('    at ')
    })

    test('ends with 1 where nothing says otherwise: critical findings are over the default of --fail-on', () => {
      expect(child.code).toBe(1)
    })
  })
})

/** Clears the environment of every AWS variable. */
const takeAwsVariables = (): NodeJS.ProcessEnv => {
  const taken = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('AWS_')))
  for (const name of Object.keys(taken)) delete process.env[name]
  return taken
}

const inProcess = async (args: readonly string[]): Promise<Ended> => {
  const written = { stdout: '', stderr: '' }
  const collect = (stream: keyof typeof written) => ({
    write: (text: string) => {
      written[stream] += text
    },
  })
  const terminal = {
    stdout: collect('stdout'),
    stderr: collect('stderr'),
    environment: () => ({ EXTERNAL_ID: undefined, NO_COLOR: undefined }),
  }
  const code = await runCli(args, terminal)
  return { code, ...written }
}

const asChild = (args: readonly string[]) =>
  new Promise<Ended>(resolve => {
    const root = join(import.meta.dirname, '../..')
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const main = join(root, bin['eks-node-posture'])
    execFile(process.execPath, [main, ...args], { env: process.env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })

/** The rows of a table with a head, whose cells stand two spaces or more apart. */
const rowsOf = (table: string) =>
  table
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(/ {2,}/))

const asLine = (cells: readonly string[]) => cells.join(' | ')
