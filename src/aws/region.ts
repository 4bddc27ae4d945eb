import {
  type AutoScalingGroup,
  allInstances,
  type Instance,
  type LaunchTemplate,
  type LaunchTemplateRef,
  type RegionInventory,
} from '../core/inventory.ts'
import { selfManagedGroups } from '../core/join-node-groups.ts'
import { ssmPrefix } from '../core/lookup.ts'
import { ownerOf } from '../core/ownership.ts'
import type { Now, RegionRead, Wanted } from '../core/ports.ts'
import { type Collected, type Failure, readValue } from '../core/read.ts'
import { joined, none } from './ask.ts'
import type { RegionAccess } from './collect/access.ts'
import { type AutoScalingGroups, readAutoScalingGroups } from './collect/auto-scaling-groups.ts'
import { listClusters, readClusters } from './collect/clusters.ts'
import { readImageParameters } from './collect/image-parameters.ts'
import { readImages } from './collect/images.ts'
import { type BeforeImages, imagesInQuestion } from './collect/images-in-question.ts'
import { readImdsDefaults } from './collect/imds-defaults.ts'
import { readImdsV1Calls } from './collect/imdsv1-calls.ts'
import { readInstances } from './collect/instances.ts'
import { readLaunchConfigurations } from './collect/launch-configurations.ts'
import { describeLaunchTemplates, hasOwnTemplates, listLaunchTemplates } from './collect/launch-templates.ts'
import { readNodeClassUserData } from './collect/node-class-user-data.ts'
import { readNodeGroups } from './collect/node-groups.ts'
import { withTemplateIds } from './collect/shape.ts'
import { addPinnedVersions } from './collect/template-versions.ts'
import { noUserDataInHand, type UserDataInHand, withUserDataFacts } from './collect/user-data.ts'
import { isRegionDisabled, notAsked } from './failure.ts'

/**
 * Reads one account-Region in as few calls as its content allows: three where it is empty. What AWS refuses is data in
 * the inventory; a Region that is not enabled for the account ends the read.
 */
export const readRegion = async (access: RegionAccess, wanted: Wanted | undefined, now: Now): Promise<RegionRead> => {
  const collectedAt = now().toISOString()
  const userData = noUserDataInHand()
  const [clusters, templates, imds] = await Promise.all([
    listClusters(access),
    listLaunchTemplates(access, userData),
    readImdsDefaults(access),
  ])
  const { refusal } = clusters
  if (refusal?.status === 'failed' && isRegionDisabled(refusal.error)) {
    return {
      status: 'region-disabled',
      reason: `the Region is not enabled for the account (${refusal.failure.reason})`,
    }
  }

  const cause = clusters.failures[0] ?? templates.failures[0]
  const { accountId, region, partition } = access
  const { content, failures } = await readContent(access, { clusters, templates, userData }, cause)
  const read = { ...content, imdsDefaults: imds.defaults }
  const { autoScalingGroups, instances } = read
  const [images, imdsV1Calls] = await Promise.all([
    readImagesInQuestion(access, read, cause ?? autoScalingGroups.failures[0] ?? instances.failures[0]),
    wanted?.imdsV1Calls ? countImdsV1Calls(access, instances, collectedAt) : undefined,
  ])
  const place = { schemaVersion: 2 as const, accountId, region, partition, collectedAt }
  return {
    status: 'read',
    inventory: {
      ...place,
      ...read,
      ...images,
      ...(imdsV1Calls && { imdsV1Calls }),
      failures: [...imds.failures, ...failures],
    },
  }
}

/** What the first calls told. */
interface Listed {
  readonly clusters: Collected<string>
  readonly templates: Collected<LaunchTemplate>
  readonly userData: UserDataInHand
}

/** What is in the Region but its images, and the failures that leave every list of it complete. */
interface Content {
  readonly content: Omit<BeforeImages, 'imdsDefaults'> & Pick<RegionInventory, 'nodeClassUserData' | 'oidcProviders'>
  readonly failures: readonly Failure[]
}

const readContent = async (
  access: RegionAccess,
  { clusters: names, templates: listed, userData }: Listed,
  cause: Failure | undefined,
): Promise<Content> => {
  const hasClusters = names.items.length > 0
  const [{ clusters, podIdentityFailures }, nodeGroups, { groups, poolFailures }, described, nodes, oidc] =
    await Promise.all([
      readClusters(access, names),
      readNodeGroups(access, names),
      hasClusters || hasOwnTemplates(listed.items) ? readAutoScalingGroups(access) : noGroups(cause),
      describeLaunchTemplates(access, listed),
      readNodes(access, names),
      hasClusters ? access.oidcProviders() : undefined,
    ])
  const { instances, nodeClassUserData } = nodes
  const autoScalingGroups = { ...groups, items: withTemplateIds(groups.items, listed.items) }
  const ownTemplates = nodeGroups.items.flatMap(({ detail }) => readValue(detail)?.launchTemplate ?? [])
  const outsideGroups = instances.items.filter(instance => ownerOf(instance) !== undefined)
  const refs = [...ownTemplates, ...autoScalingGroups.items.flatMap(refsOf), ...outsideGroups.flatMap(refOf)]
  const selfManaged = selfManagedGroups({ clusters, nodeGroups, autoScalingGroups, instances }).map(
    ({ group }) => group,
  )
  const unlisted = names.failures[0] ?? (hasClusters ? groups.failures[0] : undefined)
  const [templates, configurations] = await Promise.all([
    addPinnedVersions(access, described, refs, userData),
    readLaunchConfigurations(access, new Set(selfManaged.flatMap(configurationsOf))),
  ])
  // Of a managed group what a person wrote: the copies that EKS made for its Auto Scaling groups are left unread.
  const ofBatch = outsideGroups.filter(instance => ownerOf(instance)?.provisioner === 'batch')
  const refsOfEks = [...ownTemplates, ...selfManaged.flatMap(refsOf), ...ofBatch.flatMap(refOf)]
  return {
    content: {
      clusters,
      nodeGroups,
      autoScalingGroups,
      instances,
      launchTemplates: { ...templates, items: withUserDataFacts(templates.items, refsOfEks, userData) },
      launchConfigurations: joined([unasked('autoscaling:DescribeLaunchConfigurations', unlisted), configurations]),
      nodeClassUserData: nodeClassUserData.items,
      ...(oidc && { oidcProviders: oidc.providers }),
    },
    failures: [...podIdentityFailures, ...poolFailures, ...nodeClassUserData.failures, ...(oidc?.failures ?? [])],
  }
}

/** The nodes of clusters, and what starts those that no Auto Scaling group does. */
const readNodes = async (access: RegionAccess, { items: names, failures }: Collected<string>) => {
  const listed = await readInstances(access, names)
  const nodeClassUserData = await readNodeClassUserData(access, names, listed.items)
  return { instances: joined([unasked('ec2:DescribeInstances', failures[0]), listed]), nodeClassUserData }
}

const countImdsV1Calls = async (access: RegionAccess, instances: Collected<Instance>, collectedAt: string) =>
  joined([
    unasked('cloudwatch:GetMetricData', instances.failures[0]),
    await readImdsV1Calls(access, instances.items, collectedAt),
  ])

const noGroups = (cause: Failure | undefined): AutoScalingGroups => ({
  groups: unasked('autoscaling:DescribeAutoScalingGroups', cause),
  poolFailures: [],
})

const configurationsOf = (group: AutoScalingGroup): string[] =>
  [group, ...allInstances(group)].flatMap(({ launchConfiguration }) => launchConfiguration ?? [])

const refsOf = (group: AutoScalingGroup): LaunchTemplateRef[] => [
  ...group.launchTemplates.map(({ ref }) => ref),
  ...allInstances(group).flatMap(refOf),
]

const refOf = ({ launchTemplate }: Pick<Instance, 'launchTemplate'>) => launchTemplate ?? []

/** What a list leaves out: nothing, unless another one that would have shown the need for it failed. */
const unasked = (action: string, cause: Failure | undefined): Collected<never> =>
  cause ? { items: [], failures: [notAsked(action, cause)] } : none

const readImagesInQuestion = async (
  access: RegionAccess,
  read: BeforeImages,
  cause: Failure | undefined,
): Promise<Pick<RegionInventory, 'images' | 'imageParameters'>> => {
  const written = imagesInQuestion(read)
  const names = written.filter(image => image.startsWith(ssmPrefix)).map(image => image.slice(ssmPrefix.length))
  const parameters = await readImageParameters(access, names)
  const resolved = parameters.items.flatMap(({ imageId }) => readValue(imageId) ?? [])
  const ids = new Set([...written.filter(image => !image.startsWith(ssmPrefix)), ...resolved])
  return {
    imageParameters: joined([unasked('ssm:GetParameters', cause), parameters]),
    images: joined([unasked('ec2:DescribeImages', cause), await readImages(access, ids)]),
  }
}
