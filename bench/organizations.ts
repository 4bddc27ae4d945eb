import { join } from 'node:path'
import { Organization, readOrganization } from '../src/sandbox/organization.ts'
import { type Dice, diceOf } from './dice.ts'

/** What a generated organization looks like. Shares are from 0 to 1; the other numbers are counts. */
export interface Shape {
  readonly seed: number
  readonly accounts: number
  readonly regions: number
  /** Share of account-Regions that have nothing in them. */
  readonly emptyRegions: number
  /** In each Region that is not empty. */
  readonly clusters: number
  /** Managed node groups in each cluster. */
  readonly groups: number
  /** Auto Scaling groups with the cluster's tag, in each cluster. */
  readonly selfManaged: number
  /** Launch templates of people that no group uses, in each Region that is not empty. */
  readonly spareTemplates: number
  /** Share of groups on a template of their own. */
  readonly ownTemplates: number
  /** Share of those that run a version that is neither default nor latest. */
  readonly pinned: number
  /** Share of those whose template names the image. */
  readonly customImages: number
  /** Share of managed groups with a warm pool. */
  readonly warmPools: number
  /** EC2NodeClasses of Karpenter with nodes, in each cluster. */
  readonly nodeClasses: number
  /** Auto Scaling groups with the cluster's tag on a launch configuration, in each cluster. */
  readonly configured: number
  /** Compute environments of AWS Batch with nodes in no Auto Scaling group, in each cluster. */
  readonly batch: number
}

/** Organizations of different shape, by name. */
export const shapes = {
  // Most organizations: many accounts, most Regions unused.
  wide: { ...base(1), accounts: 60, regions: 8, emptyRegions: 0.85, clusters: 1, groups: 3, ownTemplates: 0.4 },
  // Every team has a small cluster, and EKS chooses every image.
  small: { ...base(6), accounts: 20, regions: 2, groups: 2, ownTemplates: 0, pinned: 0, customImages: 0 },
  // A platform team: few accounts, large clusters.
  deep: {
    ...base(2),
    accounts: 4,
    regions: 2,
    emptyRegions: 0,
    clusters: 4,
    groups: 20,
    warmPools: 0.1,
    nodeClasses: 3,
  },
  // A team that pins every version and builds its own images.
  pinned: {
    ...base(3),
    ...{ accounts: 10, regions: 3, emptyRegions: 0.3, clusters: 2, groups: 6, selfManaged: 2 },
    ...{ ownTemplates: 1, pinned: 0.8, customImages: 0.5, warmPools: 0.2, configured: 1, batch: 1 },
  },
  // EC2 without Kubernetes.
  'no clusters': { ...base(4), accounts: 20, regions: 4, emptyRegions: 0.5, clusters: 0, spareTemplates: 5 },
  // Every list is longer than a page of AWS's.
  pages: { ...base(5), accounts: 45, regions: 1, emptyRegions: 0.97, clusters: 2, groups: 120, spareTemplates: 100 },
} as const satisfies Record<string, Shape>

function base(seed: number): Shape {
  return {
    ...{ seed, accounts: 1, regions: 1, emptyRegions: 0, clusters: 1, groups: 1, selfManaged: 0 },
    ...{ spareTemplates: 0, ownTemplates: 0.3, pinned: 0.2, customImages: 0.2, warmPools: 0 },
    ...{ nodeClasses: 0, configured: 0, batch: 0 },
  }
}

const management = '100000000000'
const hub = '111111111111'
const firstAccount = 200_000_000_000
const accountsOfUnit = 10
const groupsOfEach = 3

const regionNames = ['eu-west-1', 'us-east-1', 'us-west-2', 'eu-central-1', 'ap-southeast-1', 'ap-northeast-1']
const moreRegionNames = ['us-east-2', 'eu-west-2', 'eu-west-3', 'eu-north-1', 'ca-central-1', 'sa-east-1', 'ap-south-1']
const evenMoreRegionNames = ['us-west-1', 'ap-southeast-2', 'ap-northeast-2', 'ap-northeast-3']
const allRegionNames = [...regionNames, ...moreRegionNames, ...evenMoreRegionNames]

/** `examples/acme.yaml` without its faults: what is throttled is asked again, which no inventory needs. */
export const acme = async (): Promise<Organization> => {
  const organization = await readOrganization(join(import.meta.dirname, '../examples/acme.yaml'))
  return { ...organization, faults: [] }
}

/**
 * An organization of this shape: the same one for the same seed, on every machine.
 * @param leavesOutEmpty whether Regions with nothing in them are not written down, which to the sandbox is the same, and
 * of 170,000 takes a while.
 */
export const generate = (shape: Shape, leavesOutEmpty = false): Organization => {
  const dice = diceOf(shape.seed)
  const regions = allRegionNames.slice(0, shape.regions)
  const units: Record<string, { accounts: Record<string, unknown> }> = {}
  for (let index = 0; index < shape.accounts; index++) {
    const unit = `Team ${Math.floor(index / accountsOfUnit) + 1}`
    units[unit] ??= { accounts: {} }
    units[unit].accounts[String(firstAccount + index)] = {
      name: `account-${index}`,
      regions: Object.fromEntries(
        regions
          .map(name => [name, regionOf(shape, dice)] as const)
          .filter(([, region]) => !leavesOutEmpty || region !== emptyRegion),
      ),
    }
  }
  return Organization.parse({
    version: 1,
    organization: { id: 'o-bench', management, hub, externalId: 'bench' },
    regions,
    images,
    units,
  })
}

// One image tells what it is, one only by its source, one not at all, one is gone.
const images = {
  golden: { name: 'amazon-eks-node-1.31-v20250901', ownerId: hub },
  copy: { name: 'base-2025-09', ownerId: hub, sourceImageId: 'golden' },
  mystery: { name: 'final-v2', ownerId: hub },
  gone: { name: 'amazon-eks-node-1.29-v20240101', ownerId: hub, visible: false },
}
const imageNames = Object.keys(images)
const amiTypes = ['AL2_x86_64', 'AL2023_x86_64_STANDARD', 'AL2023_ARM_64_STANDARD', 'BOTTLEROCKET_x86_64']
const versions = ['1.30', '1.31', '1.32']

/** Bootstrap as people write it: some 2 KB in base64, as in the measured bulk reads. */
const userData = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
set -ex
${'sysctl -w net.core.somaxconn=4096 # tuned for the front ends\n'.repeat(22)}--//--
`

const emptyRegion = {}

const regionOf = (shape: Shape, dice: Dice) => {
  if (dice.isOneOf(shape.emptyRegions)) return emptyRegion
  const templates: Record<string, unknown> = {}
  const autoScalingGroups: Record<string, unknown> = {}
  const clusters: Record<string, unknown> = {}
  const instances: Record<string, unknown> = {}
  for (const cluster of namesOf('cluster', shape.clusters)) {
    const version = dice.pick(versions)
    const nodeGroups: Record<string, unknown> = {}
    for (const group of namesOf('group', shape.groups)) {
      nodeGroups[group] = managedGroup(shape, dice, `${cluster}-${group}`, templates)
    }
    for (const group of namesOf('own', shape.selfManaged)) {
      const name = `${cluster}-${group}`
      templates[name] = template(dice, true)
      const launchTemplate = reference(shape, dice, name)
      autoScalingGroups[name] = { cluster, launchTemplate, desiredSize: groupsOfEach }
    }
    for (const group of namesOf('configured', shape.configured)) {
      const launchConfigurationName = 'configured'
      autoScalingGroups[`${cluster}-${group}`] = { cluster, launchConfigurationName, desiredSize: groupsOfEach }
    }
    for (const nodeClass of namesOf('class', shape.nodeClasses)) {
      const tags = { 'karpenter.sh/nodepool': 'default', 'karpenter.k8s.aws/ec2nodeclass': nodeClass }
      instances[`${cluster}-${nodeClass}`] = { cluster, image: 'golden', userData, tags, count: groupsOfEach }
    }
    for (const environment of namesOf('batch', shape.batch)) {
      const name = `${cluster}-${environment}`
      templates[name] = template(dice, true)
      const tags = { AWSBatchServiceTag: 'batch', 'aws:batch:compute-environment': environment }
      instances[name] = { cluster, launchTemplate: reference(shape, dice, name), tags, count: groupsOfEach }
    }
    const addons = {
      'aws-ebs-csi-driver': 'v1.36.0-eksbuild.1',
      'vpc-cni': 'v1.18.1-eksbuild.1',
      coredns: 'v1.11.3-eksbuild.1',
      'kube-proxy': 'v1.31.0-eksbuild.5',
    }
    clusters[cluster] = { version, addons, nodeGroups }
  }
  for (const name of namesOf('spare', shape.spareTemplates)) templates[name] = template(dice, dice.isOneOf(0.5))
  const instanceMetadataDefaults = dice.isOneOf(0.5) ? { httpTokens: 'required' } : {}
  const launchConfigurations = { configured: { image: 'golden', instanceType: 'm5.large', userData } }
  const launched = { launchTemplates: templates, launchConfigurations, autoScalingGroups, instances }
  return { instanceMetadataDefaults, ...launched, clusters }
}

const managedGroup = (shape: Shape, dice: Dice, name: string, templates: Record<string, unknown>) => {
  const nodes = [
    { count: groupsOfEach },
    ...(dice.isOneOf(shape.warmPools) ? [{ count: 1, lifecycleState: 'Warmed:Stopped' }] : []),
  ]
  if (!dice.isOneOf(shape.ownTemplates)) return { amiType: dice.pick(amiTypes), nodes }
  const isCustom = dice.isOneOf(shape.customImages)
  templates[name] = template(dice, isCustom)
  const launchTemplate = reference(shape, dice, name)
  return isCustom ? { launchTemplate, nodes } : { launchTemplate, amiType: dice.pick(amiTypes), nodes }
}

const template = (dice: Dice, isCustom: boolean) => {
  const image = isCustom ? dice.pick(imageNames) : undefined
  const metadataOptions = dice.pick([{}, { httpTokens: 'optional' }, { httpTokens: 'required' }])
  const version = { instanceType: 'm6i.large', userData, metadataOptions, ...(image && { image }) }
  return { default: 1, versions: [version, { ...version, instanceType: 'm7i.large' }, version] }
}

const reference = ({ pinned }: Shape, dice: Dice, name: string) => `${name}:${dice.isOneOf(pinned) ? 2 : 3}`

const namesOf = (word: string, count: number) => Array.from({ length: count }, (_, index) => `${word}-${index + 1}`)
