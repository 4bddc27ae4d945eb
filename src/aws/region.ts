import {
  type AutoScalingGroup,
  allInstances,
  type LaunchTemplate,
  type LaunchTemplateRef,
  type RegionInventory,
} from '../core/inventory.ts'
import { selfManagedGroups } from '../core/join-node-groups.ts'
import { ssmPrefix } from '../core/lookup.ts'
import type { Now, RegionRead } from '../core/ports.ts'
import { type Collected, type Failure, readValue } from '../core/read.ts'
import { joined, none } from './ask.ts'
import type { RegionAccess } from './collect/access.ts'
import { type AutoScalingGroups, readAutoScalingGroups } from './collect/auto-scaling-groups.ts'
import { listClusters, readClusters } from './collect/clusters.ts'
import { readImageParameters } from './collect/image-parameters.ts'
import { readImages } from './collect/images.ts'
import { type BeforeImages, imagesInQuestion } from './collect/images-in-question.ts'
import { readImdsDefaults } from './collect/imds-defaults.ts'
import { describeLaunchTemplates, hasOwnTemplates, listLaunchTemplates } from './collect/launch-templates.ts'
import { readNodeGroups } from './collect/node-groups.ts'
import { withTemplateIds } from './collect/shape.ts'
import { addPinnedVersions } from './collect/template-versions.ts'
import { noUserDataInHand, type UserDataInHand, withUserDataFacts } from './collect/user-data.ts'
import { isRegionDisabled, notAsked } from './failure.ts'

/**
 * Reads one account-Region in as few calls as its content allows: three where it is empty. What AWS refuses is data in
 * the inventory; a Region that is not enabled for the account ends the read.
 */
export const readRegion = async (access: RegionAccess, now: Now): Promise<RegionRead> => {
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
  const { poolFailures, ...groups } = await readGroups(access, { clusters, templates, userData }, cause)
  const read = { ...groups, imdsDefaults: imds.defaults }
  const images = await readImagesInQuestion(access, read, cause ?? read.autoScalingGroups.failures[0])
  const place = { schemaVersion: 1 as const, accountId, region, partition, collectedAt }
  return { status: 'read', inventory: { ...place, ...read, ...images, failures: [...imds.failures, ...poolFailures] } }
}

/** What the first calls told. */
interface Listed {
  readonly clusters: Collected<string>
  readonly templates: Collected<LaunchTemplate>
  readonly userData: UserDataInHand
}

const readGroups = async (
  access: RegionAccess,
  { clusters: names, templates: listed, userData }: Listed,
  cause: Failure | undefined,
) => {
  const needsGroups = names.items.length > 0 || hasOwnTemplates(listed.items)
  const [clusters, nodeGroups, { groups, poolFailures }, described] = await Promise.all([
    readClusters(access, names),
    readNodeGroups(access, names),
    needsGroups ? readAutoScalingGroups(access) : noGroups(cause),
    describeLaunchTemplates(access, listed),
  ])
  const autoScalingGroups = { ...groups, items: withTemplateIds(groups.items, listed.items) }
  const ownTemplates = nodeGroups.items.flatMap(({ detail }) => readValue(detail)?.launchTemplate ?? [])
  const refs = [...ownTemplates, ...autoScalingGroups.items.flatMap(refsOf)]
  const { items, failures } = await addPinnedVersions(access, described, refs, userData)
  // Of a managed group what a person wrote: the copies that EKS made for its Auto Scaling groups are left unread.
  const selfManaged = selfManagedGroups({ clusters, nodeGroups, autoScalingGroups })
  const refsOfEks = [...ownTemplates, ...selfManaged.flatMap(({ group }) => refsOf(group))]
  const launchTemplates = { items: withUserDataFacts(items, refsOfEks, userData), failures }
  return { clusters, nodeGroups, autoScalingGroups, poolFailures, launchTemplates }
}

const noGroups = (cause: Failure | undefined): AutoScalingGroups => ({
  groups: unasked('autoscaling:DescribeAutoScalingGroups', cause),
  poolFailures: [],
})

const refsOf = (group: AutoScalingGroup): LaunchTemplateRef[] => [
  ...group.launchTemplates.map(({ ref }) => ref),
  ...allInstances(group).flatMap(({ launchTemplate }) => launchTemplate ?? []),
]

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
