import type { RegionInventory } from '../../src/core/inventory.ts'
import { known } from '../../src/core/read.ts'
import type { NodeGroupSubject } from '../../src/core/subjects.ts'
import type { UserDataConstruct, UserDataFacts } from '../../src/core/user-data.ts'
import { constructCatalogue } from '../../src/userdata/constructs.ts'
import * as build from './build.ts'

/** Node groups of every kind around one piece of user data. */

const { al2Image, al2023Image, mysteryImage, complete } = build

type Over = Partial<RegionInventory>

export const ubuntuImage = {
  id: 'ami-ubuntu',
  name: 'ubuntu-eks/k8s_1.31/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261101',
  ownerId: '099720109477',
}
/** AMIs of one's own whose names tell what they are. */
export const goldenAl2 = { id: 'ami-golden-al2', name: 'amazon-eks-node-1.31-v20261001', ownerId: build.accountId }
export const goldenAl2023 = {
  id: 'ami-golden-al2023',
  name: 'amazon-eks-al2023-node-1.31-v20261001',
  ownerId: build.accountId,
}

const images = complete(
  al2Image,
  al2023Image,
  mysteryImage,
  ubuntuImage,
  build.bottlerocketImage,
  goldenAl2,
  goldenAl2023,
)

/** A self-managed group that starts an AMI with this user data. */
export const selfManaged = (
  facts: Partial<UserDataFacts>,
  imageId: string = al2023Image.id,
  over: Over = {},
): NodeGroupSubject =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(build.launchTemplate([{ imageId, userData: build.userData(facts) }])),
    autoScalingGroups: complete(build.autoScalingGroup()),
    images,
    ...over,
  })

/** The same with nodes that have been in service for three weeks. */
export const inService = (
  facts: Partial<UserDataFacts>,
  imageId: string = al2023Image.id,
  over: Over = {},
): NodeGroupSubject => {
  const autoScalingGroups = complete(build.autoScalingGroup({ instances: build.instances(2, 'lt-0web', '1') }))
  return selfManaged(facts, imageId, { autoScalingGroups, ...over })
}

/** A self-managed group with one override template beside its base. */
export const mixed = (
  base: { readonly facts: Partial<UserDataFacts>; readonly imageId: string },
  override: { readonly facts: Partial<UserDataFacts>; readonly imageId: string },
  over: Over = {},
): NodeGroupSubject =>
  selfManaged({}, undefined, {
    launchTemplates: complete(
      build.launchTemplate(
        [base, override].map(({ facts, imageId }) => ({ imageId, userData: build.userData(facts) })),
      ),
    ),
    autoScalingGroups: complete(
      build.autoScalingGroup({
        launchTemplates: ['1', '2'].map(version => ({ ref: { id: 'lt-0web', name: 'web', version } })),
      }),
    ),
    ...over,
  })

/** A group that starts from a launch configuration. */
export const configured = (
  facts: Partial<UserDataFacts>,
  imageId: string = al2023Image.id,
  over: Over = {},
): NodeGroupSubject =>
  selfManaged(facts, imageId, {
    launchTemplates: complete(),
    launchConfigurations: complete({
      name: 'old',
      imageId,
      metadataOptions: {},
      userData: build.userData(facts),
    }),
    autoScalingGroups: complete(build.autoScalingGroup({ launchTemplates: [], launchConfiguration: 'old' })),
    ...over,
  })

const ownTemplate = { launchTemplate: { id: 'lt-0web', name: 'web', version: '1' } }

/** A managed group whose own template names an AMI, so that EKS adds nothing. */
export const managedWithAmi = (
  facts: Partial<UserDataFacts>,
  imageId: string = al2023Image.id,
  over: Over = {},
): NodeGroupSubject =>
  build.nodeGroup({
    nodeGroups: complete(build.managedNodeGroup({ amiType: 'CUSTOM', ...ownTemplate })),
    launchTemplates: complete(
      build.launchTemplate([{ imageId, userData: build.userData(facts) }]),
      build.eksCopy([{ imageId }]),
    ),
    autoScalingGroups: complete(build.managedAutoScalingGroup()),
    images,
    ...over,
  })

/** A managed group whose own template names no AMI, so that EKS adds what brings its nodes into their cluster. */
export const managed = (
  facts: Partial<UserDataFacts>,
  amiType = 'AL2023_x86_64_STANDARD',
  over: Over = {},
): NodeGroupSubject =>
  build.nodeGroup({
    nodeGroups: complete(build.managedNodeGroup({ amiType, ...ownTemplate })),
    launchTemplates: complete(
      build.launchTemplate([{ userData: build.userData(facts) }]),
      build.eksCopy([{ imageId: amiType.startsWith('AL2_') ? al2Image.id : al2023Image.id }]),
    ),
    images,
    ...over,
  })

/** Karpenter's nodes of one class. */
export const karpenter = (facts: Partial<UserDataFacts>, imageId: string = al2023Image.id): NodeGroupSubject =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(),
    autoScalingGroups: complete(),
    images,
    instances: complete(
      build.instance({
        imageId,
        tags: { 'eks:eks-cluster-name': 'shop', 'karpenter.k8s.aws/ec2nodeclass': 'default' },
      }),
    ),
    nodeClassUserData: [{ clusterName: 'shop', nodeClass: 'default', imageId, userData: known(build.userData(facts)) }],
  })

/** A node of no group. */
export const standalone = (): NodeGroupSubject =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(),
    autoScalingGroups: complete(),
    instances: complete(build.instance()),
  })

/** A shell script that calls bootstrap.sh. */
export const bootstrapCall: Partial<UserDataFacts> = {
  format: 'shell',
  bootstrap: 'bootstrap.sh',
  bootstrapCalls: [4],
  parts: [{ contentType: 'text/x-shellscript', kind: 'shell' }],
}

/** A NodeConfig of this status, in MIME. */
export const nodeConfig = (
  status: 'complete' | 'partial' | 'invalid',
  over: Partial<UserDataFacts> = {},
  facts: Partial<UserDataFacts['nodeConfig']> = {},
): Partial<UserDataFacts> => ({
  format: 'mime',
  bootstrap: 'nodeadm',
  parts: [{ contentType: 'application/node.eks.aws', kind: 'nodeconfig' }],
  nodeConfig: { status, missing: status === 'partial' ? ['spec.cluster'] : [], problems: [], ...facts },
  ...over,
})

/** A script with these constructs, by id and line, and nothing that brings the node into its cluster. */
export const script = (...found: readonly (readonly [id: string, line: number])[]): Partial<UserDataFacts> => ({
  format: 'shell',
  parts: [{ contentType: 'text/x-shellscript', kind: 'shell' }],
  constructs: found.map(construct),
})

/** What an include brings in stands elsewhere. */
export const withInclude: Partial<UserDataFacts> = {
  format: 'mime',
  parts: [{ contentType: 'text/x-include-url', kind: 'include' }],
}

export const opaque: Partial<UserDataFacts> = { format: 'opaque' }

const construct = ([id, line]: readonly [string, number]): UserDataConstruct => {
  const advice = constructCatalogue.find(one => one.id === id)?.advice
  if (advice === undefined) throw new Error(`no construct ${id}`)
  return { id, line, breaks: 'al2023', advice }
}
