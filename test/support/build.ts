import type * as Inventory from '../../src/core/inventory.ts'
import { accountSubject, joinSubjects } from '../../src/core/join.ts'
import { noUserData } from '../../src/core/launch.ts'
import { type Collected, known, type Read } from '../../src/core/read.ts'
import type {
  AccountRegion,
  AccountSubject,
  ClusterSubject,
  ImageSubject,
  LaunchTemplateSubject,
  NodeGroupSubject,
} from '../../src/core/subjects.ts'
import type { Target } from '../../src/core/target.ts'
import type { UserDataFacts } from '../../src/core/user-data.ts'

/** Healthy things of one account-Region; a test overrides what its case is about. */

export const accountId = '111122223333'
export const region = 'eu-west-1'

export const complete = <T>(...items: T[]): Collected<T> => ({ items, failures: [] })

/** A list that AWS refused, as it stands in an inventory. */
export const refused = <T>(action: string, ...items: T[]): Collected<T> => ({
  items,
  failures: [{ action, class: 'denied', reason: 'access denied' }],
})

/** A read that AWS refused. */
export const denied = (action: string): Read<never> => ({ ok: false, action, reason: 'access denied' })

export const eksOwner = '602401143452'
export const al2Image: Inventory.Image = { id: 'ami-al2', name: 'amazon-eks-node-1.31-v20251120', ownerId: eksOwner }
export const al2023Image: Inventory.Image = {
  id: 'ami-al2023',
  name: 'amazon-eks-node-al2023-x86_64-standard-1.31-v20261101',
  ownerId: eksOwner,
}
export const bottlerocketImage: Inventory.Image = {
  id: 'ami-bottlerocket',
  name: 'bottlerocket-aws-k8s-1.31-x86_64-v1.40.0-abcdef12',
  ownerId: '092701018921',
}
/** A golden image whose words tell nothing. */
export const mysteryImage: Inventory.Image = { id: 'ami-mystery', name: 'golden-2024-07', ownerId: accountId }

export const cluster = (
  detail: Partial<Extract<Inventory.Cluster['detail'], { ok: true }>['value']> = {},
  addons: Inventory.Cluster['addons'] = complete(vpcCni('v1.19.0-eksbuild.1')),
  over: Partial<Inventory.Cluster> = {},
): Inventory.Cluster => ({
  name: 'shop',
  arn: `arn:aws:eks:${region}:${accountId}:cluster/shop`,
  detail: known({
    version: '1.31',
    status: 'ACTIVE',
    autoMode: false,
    outpost: false,
    hybrid: false,
    endpoint: 'https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com',
    caSha256: 'f'.repeat(64),
    serviceCidr: '10.100.0.0/16',
    oidcIssuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
    supportType: 'EXTENDED',
    tags: {},
    ...detail,
  }),
  addons,
  insights: complete(),
  podIdentity: known(false),
  fargateProfiles: complete(),
  ...over,
})

export const vpcCni = (version: string, status = 'ACTIVE'): Inventory.Addon => ({
  name: 'vpc-cni',
  detail: known({ version, status, ownRole: false }),
})

interface Version {
  readonly imageId?: string
  readonly metadataOptions?: Inventory.ImdsOptions
  readonly userData?: UserDataFacts
}

/** Facts of user data that says nothing, but for what the case is about. */
export const userData = (over: Partial<UserDataFacts> = {}): UserDataFacts => ({ ...noUserData, ...over })

/**
 * A template `web` with these versions from 1 up, without user data unless said; the last is the latest, the default is
 * 1 unless said.
 */
export const launchTemplate = (
  versions: readonly Version[],
  over: Partial<Inventory.LaunchTemplate> = {},
): Inventory.LaunchTemplate =>
  template(
    versions.map(version => ({ userData: noUserData, ...version })),
    over,
  )

const template = (versions: readonly Version[], over: Partial<Inventory.LaunchTemplate>): Inventory.LaunchTemplate => ({
  id: 'lt-0web',
  name: 'web',
  createdBy: `arn:aws:iam::${accountId}:user/ada`,
  defaultVersion: 1,
  latestVersion: versions.length,
  tags: known({}),
  versions: versions.map(({ metadataOptions = {}, ...rest }, index) => ({
    number: index + 1,
    data: known({ ...rest, metadataOptions }),
  })),
  ...over,
})

/** The copy that EKS makes of what a managed group launches from; its user data is not read. */
export const eksCopy = (versions: readonly Version[]): Inventory.LaunchTemplate =>
  template(versions, {
    id: 'lt-0copy',
    name: 'eks-0c5d0d3e-8f4e-4c5e-9a51-3f0f7a0c0001',
    createdBy: `arn:aws:sts::${accountId}:assumed-role/AWSServiceRoleForAmazonEKSNodegroup/EKS`,
  })

/** Instances in service on a version of a template. */
export const instances = (count: number, templateId: string, version: string): Inventory.AutoScalingInstance[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `i-${templateId}-${version}-${index}`,
    lifecycleState: 'InService',
    launchTemplate: { id: templateId, version },
  }))

export const autoScalingGroup = (over: Partial<Inventory.AutoScalingGroup> = {}): Inventory.AutoScalingGroup => ({
  name: 'workers',
  arn: `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:0001:autoScalingGroupName/workers`,
  instanceTypes: [],
  launchTemplates: [{ ref: { id: 'lt-0web', name: 'web', version: '1' } }],
  instances: [],
  tags: { 'kubernetes.io/cluster/shop': 'owned' },
  ...over,
})

export const managedNodeGroup = (
  over: Partial<Extract<Inventory.ManagedNodeGroup['detail'], { ok: true }>['value']> = {},
): Inventory.ManagedNodeGroup => ({
  name: 'web',
  clusterName: 'shop',
  detail: known({
    arn: `arn:aws:eks:${region}:${accountId}:nodegroup/shop/web/0c5d0d3e`,
    status: 'ACTIVE',
    amiType: 'AL2023_x86_64_STANDARD',
    instanceTypes: ['m6i.large'],
    autoScalingGroups: ['eks-web-0c5d0d3e'],
    tags: {},
    ...over,
  }),
})

/** The Auto Scaling group that EKS makes for {@link managedNodeGroup}. */
export const managedAutoScalingGroup = (over: Partial<Inventory.AutoScalingGroup> = {}): Inventory.AutoScalingGroup =>
  autoScalingGroup({
    name: 'eks-web-0c5d0d3e',
    arn: `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:0002:autoScalingGroupName/eks-web-0c5d0d3e`,
    launchTemplates: [{ ref: { id: 'lt-0copy', version: '1' } }],
    tags: { 'eks:cluster-name': 'shop', 'eks:nodegroup-name': 'web', 'kubernetes.io/cluster/shop': 'owned' },
    ...over,
  })

const healthyCopy = eksCopy([
  { imageId: al2023Image.id, metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 } },
])

/** A healthy account-Region: cluster `shop` with the managed node group `web` on AL2023, and nothing else. */
export const inventory = (over: Partial<Inventory.RegionInventory> = {}): Inventory.RegionInventory => {
  const launchTemplates = complete(healthyCopy)
  const autoScalingGroups = complete(managedAutoScalingGroup({ instances: instances(2, 'lt-0copy', '1') }))
  const imdsDefaults: Inventory.RegionInventory['imdsDefaults'] = known({})
  const imageParameters = complete<Inventory.ImageParameter>()
  const read = { launchTemplates, autoScalingGroups, imdsDefaults, imageParameters, ...over }
  return {
    schemaVersion: 2,
    accountId,
    region,
    partition: 'aws',
    collectedAt: '2026-11-22T02:00:00.000Z',
    clusters: complete(cluster()),
    nodeGroups: complete(managedNodeGroup()),
    launchConfigurations: complete(),
    instances: complete(...asLaunched(read)),
    nodeClassUserData: [],
    oidcProviders: known([]),
    images: complete(al2Image, al2023Image, bottlerocketImage, mysteryImage),
    failures: [],
    ...read,
  }
}

/** An instance of cluster `shop` in no group, as EC2 describes it. */
export const instance = (over: Partial<Inventory.Instance> = {}): Inventory.Instance => ({
  id: 'i-0lone',
  imageId: al2023Image.id,
  instanceType: 'm6i.large',
  state: 'running',
  launchTime: '2026-11-01T08:00:00.000Z',
  metadataOptions: { httpTokens: 'required', httpEndpoint: 'enabled', httpPutResponseHopLimit: 1 },
  tags: { 'kubernetes.io/cluster/shop': 'owned' },
  ...over,
})

/** The instances of Auto Scaling groups as EC2 would describe them when nobody touched them since their launch. */
export const asLaunched = ({
  launchTemplates,
  autoScalingGroups,
  imdsDefaults,
  imageParameters,
}: Pick<
  Inventory.RegionInventory,
  'launchTemplates' | 'autoScalingGroups' | 'imdsDefaults' | 'imageParameters'
>): Inventory.Instance[] => {
  const amiOf = (written: string | undefined) => {
    if (!written?.startsWith('resolve:ssm:')) return written
    const parameter = imageParameters.items.find(({ name }) => written === `resolve:ssm:${name}`)
    return parameter?.imageId.ok ? parameter.imageId.value : undefined
  }
  const { httpTokens, httpEndpoint, httpPutResponseHopLimit }: Inventory.ImdsOptions = {
    httpTokens: 'optional',
    httpEndpoint: 'enabled',
    httpPutResponseHopLimit: 1,
    ...(imdsDefaults.ok && imdsDefaults.value),
  }
  return autoScalingGroups.items.flatMap(group =>
    group.instances.flatMap(({ id, imageId, launchTemplate }) => {
      const template = launchTemplates.items.find(one => one.id === launchTemplate?.id)
      const version = template?.versions.find(({ number }) => String(number) === launchTemplate?.version)
      if (!version?.data.ok) return []
      const { imageId: named, ...rest } = instance({
        id,
        metadataOptions: {
          httpTokens,
          httpEndpoint,
          httpPutResponseHopLimit,
          ...version.data.value.metadataOptions,
        },
        tags: { ...group.tags, 'aws:autoscaling:groupName': group.name },
      })
      const ami = amiOf(imageId ?? version.data.value.imageId)
      return [{ ...rest, ...(ami !== undefined && { imageId: ami }) }]
    }),
  )
}

/** The one image of one's own that node groups use. */
export const imageSubject = (over: Partial<Inventory.RegionInventory> = {}): ImageSubject =>
  only(joinSubjects(inventory(over)).image)

/** The one node group of an account-Region. */
export const nodeGroup = (over: Partial<Inventory.RegionInventory> = {}): NodeGroupSubject =>
  only(joinSubjects(inventory(over))['node-group'])

/** The one cluster of an account-Region. */
export const clusterSubject = (over: Partial<Inventory.RegionInventory> = {}): ClusterSubject =>
  only(joinSubjects(inventory(over)).cluster)

/** The one launch template of an account-Region that a person owns. */
export const launchTemplateSubject = (over: Partial<Inventory.RegionInventory> = {}): LaunchTemplateSubject =>
  only(joinSubjects(inventory(over))['launch-template'])

export const target = (over: Partial<Target> = {}): Target => ({
  accountId,
  name: 'payments',
  arn: `arn:aws:organizations::100000000000:account/o-acme/${accountId}`,
  ouPath: [],
  state: 'ACTIVE',
  roleArn: `arn:aws:iam::${accountId}:role/eks-node-posture-read`,
  partition: 'aws',
  ...over,
})

/** An account whose Regions have these defaults. */
export const account = (
  regions: Readonly<Record<string, AccountRegion['defaults']>>,
  allowsImdsV1: Read<boolean> = known(false),
): AccountSubject =>
  accountSubject(
    target(),
    Object.entries(regions).map(([name, defaults]) => ({
      region: name,
      status: defaults.ok ? 'ok' : 'partial',
      defaults,
    })),
    allowsImdsV1,
  )

const only = <T>(items: readonly T[]): T => {
  const [first, ...others] = items
  if (first === undefined || others.length > 0) throw new Error(`expected one, got ${items.length}`)
  return first
}
