import { corrected, decideImds, type RunningOptions } from './imds.ts'
import { hasNodesInService } from './in-service.ts'
import type { AutoScalingGroup, RegionInventory } from './inventory.ts'
import { isFrom, runningFrom } from './join-nodes.ts'
import { describeLaunch, type LaunchSource } from './launch.ts'
import type { Lookup } from './lookup.ts'
import { decideOs } from './os-family.ts'
import { known, notRead, type Read } from './read.ts'
import type { Variant } from './subjects.ts'
import type { UserDataFacts } from './user-data.ts'

/** What EKS, and not the launch, tells of a managed group's variants. */
interface Told {
  readonly amiType?: string | undefined
  readonly userData?: Read<UserDataFacts>
}

/** What a group itself tells of a launch: an AMI in place of the launch's own, and what runs from it. */
interface Seen {
  readonly override?: string | undefined
  readonly running?: RunningOptions | undefined
  readonly inService?: Read<boolean>
}

/** Every template or configuration that can start a node of an Auto Scaling group: the base, and each override. */
export const variantsOf = (
  inventory: RegionInventory,
  lookup: Lookup,
  group: AutoScalingGroup,
  told: Told = {},
): Variant[] => {
  const launches = launchesOf(lookup, group)
  if (launches.length === 0) {
    const reason = `Auto Scaling group ${group.name} names neither a launch template nor a launch configuration`
    return [variant(inventory, lookup, notRead('autoscaling:DescribeAutoScalingGroups', reason), told)]
  }
  return launches.map(({ launch, override }) => {
    if (!launch.ok) return variant(inventory, lookup, launch, { ...told, override, inService: launch })
    const running = runningFrom(lookup, group, launch.value, override)
    const inService = hasNodesInService(inventory, lookup, group, instance => isFrom(instance, launch.value))
    return variant(inventory, lookup, launch, { ...told, override, running, inService })
  })
}

const launchesOf = (
  lookup: Lookup,
  { launchConfiguration, launchTemplates }: AutoScalingGroup,
): readonly { readonly launch: Read<LaunchSource>; readonly override: string | undefined }[] =>
  launchConfiguration === undefined
    ? launchTemplates.map(({ ref, imageId }) => ({ launch: lookup.launchOf(ref), override: imageId }))
    : [{ launch: lookup.configurationNamed(launchConfiguration), override: undefined }]

/** What a launch would start. */
export const variant = (
  { imdsDefaults: defaults }: RegionInventory,
  lookup: Lookup,
  launch: Read<LaunchSource>,
  { amiType, userData = userDataOf(launch), override, running = known([]), inService = known(false) }: Told & Seen,
): Variant => {
  const seen =
    launch.ok || override !== undefined
      ? lookup.imageOf(override ?? (launch.ok ? launch.value.imageId : undefined))
      : { image: launch }
  const { image } = seen
  const said = decideImds({ launch, defaults, image })
  // What a launch that was not read sets, stands above its nodes.
  const imds = launch.ok ? corrected(said, running) : said
  return { launch, image, os: decideOs(seen, amiType), imds, userData, inService }
}

/** What the user data of a launch says. */
export const userDataOf = (launch: Read<LaunchSource>): Read<UserDataFacts> => {
  if (!launch.ok) return launch
  const { userData, kind } = launch.value
  if (userData) return known(userData)
  const action =
    kind === 'launch configuration' ? 'autoscaling:DescribeLaunchConfigurations' : 'ec2:DescribeLaunchTemplateVersions'
  return notRead(action, `the user data of ${describeLaunch(launch.value)} was not read`)
}
