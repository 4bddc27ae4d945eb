import type { AutoScalingGroup, AutoScalingInstance, Instance, RegionInventory } from './inventory.ts'
import type { Lookup } from './lookup.ts'
import { causedBy, known, notRead, type Read } from './read.ts'

const hour = 3_600_000

/**
 * Whether a node of an Auto Scaling group has been in service for an hour or longer, which is longer than a node needs to
 * join its cluster, or its group to give it up. Not known where EC2 did not list every node that could tell.
 * @param isOf which of the group's instances count: those of one launch.
 */
export const hasNodesInService = (
  inventory: RegionInventory,
  lookup: Lookup,
  { instances }: AutoScalingGroup,
  isOf: (instance: AutoScalingInstance) => boolean,
): Read<boolean> => {
  const serving = instances.filter(instance => instance.lifecycleState === 'InService' && isOf(instance))
  const described = serving.map(({ id }) => lookup.instanceWith(id))
  if (described.some(instance => instance?.ok && runsForAnHour(inventory, instance.value))) return known(true)
  const gap = described.find(instance => instance?.ok === false)
  if (gap?.ok === false) return gap
  return described.includes(undefined) ? unseen : known(false)
}

const unseen = notRead(
  'ec2:DescribeInstances',
  'EC2 lists no running instance of that id with the tag of the cluster, though it is in service',
)

/** The same of nodes in no Auto Scaling group: `instances` are those of one launch that EC2 listed. */
export const haveRunForAnHour = (inventory: RegionInventory, instances: readonly Instance[]): Read<boolean> => {
  if (instances.some(instance => runsForAnHour(inventory, instance))) return known(true)
  return causedBy(inventory.instances.failures[0]) ?? known(false)
}

const runsForAnHour = ({ collectedAt }: RegionInventory, { state, launchTime }: Instance) =>
  state === 'running' && launchTime !== undefined && Date.parse(collectedAt) - Date.parse(launchTime) >= hour
