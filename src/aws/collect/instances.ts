import { type Instance as Described, DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import type { Instance } from '../../core/inventory.ts'
import { clusterKeyTags, clusterNames, clusterNameTags, tellsOwner } from '../../core/ownership.ts'
import type { Collected } from '../../core/read.ts'
import { joined, listAll } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { batchesOf, defined, imdsOptionsOf, sortedBy, tagsOf, templateRef } from './shape.ts'

const pageSize = 1000
/** As many values as EC2 takes for one filter: the tags of 98 clusters go into one call. */
const filterSize = 200
/** What runs or is about to; what is stopped runs nothing, and comes back as its group starts it. */
const states = ['pending', 'running']

/** The instances of these clusters: those whose tags name one, however they were started. */
export const readInstances = async (access: RegionAccess, names: readonly string[]): Promise<Collected<Instance>> => {
  const keys = names.length > 0 ? [...clusterNameTags, ...names.flatMap(clusterKeyTags)] : []
  const batches = batchesOf(keys, filterSize).map(values => readTagged(access, values))
  const { items, failures } = joined(await Promise.all(batches))
  const clusters = new Set(names)
  const distinct = new Map(
    items.filter(one => clusterNames(one).some(name => clusters.has(name))).map(one => [one.id, one]),
  )
  return { items: sortedBy(distinct.values(), ({ id }) => id), failures }
}

const readTagged = ({ ask, clients }: RegionAccess, keys: string[]) =>
  listAll(ask, 'ec2:DescribeInstances', async NextToken => {
    const filters = [
      { Name: 'tag-key', Values: keys },
      { Name: 'instance-state-name', Values: states },
    ]
    const input = { Filters: filters, MaxResults: pageSize, IncludeManagedResources: true, NextToken }
    const page = await clients.ec2().send(new DescribeInstancesCommand(input))
    const instances = page.Reservations?.flatMap(({ Instances = [] }) => Instances)
    return { items: instances?.map(instanceOf), next: page.NextToken }
  })

const instanceOf = (instance: Described): Instance => {
  const tags = tagsOf(instance.Tags)
  return defined({
    id: instance.InstanceId ?? '',
    imageId: instance.ImageId,
    instanceType: instance.InstanceType,
    state: instance.State?.Name ?? '',
    launchTime: instance.LaunchTime?.toISOString(),
    metadataOptions: imdsOptionsOf(instance.MetadataOptions),
    launchTemplate: templateRef(tags['aws:ec2launchtemplate:id'], undefined, tags['aws:ec2launchtemplate:version']),
    operator: instance.Operator?.Principal,
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => tellsOwner(key))),
  })
}
