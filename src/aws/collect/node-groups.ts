import { DescribeNodegroupCommand, ListNodegroupsCommand, type Nodegroup } from '@aws-sdk/client-eks'
import type { ManagedNodeGroup } from '../../core/inventory.ts'
import type { Collected } from '../../core/read.ts'
import { eachOf, failuresOf, listAll, none, readOf } from '../ask.ts'
import { notAsked } from '../failure.ts'
import type { RegionAccess } from './access.ts'
import { defined, sortedTags, templateRef } from './shape.ts'

/** The managed node groups of these clusters; those of clusters that could not be listed are not asked for. */
export const readNodeGroups = (
  access: RegionAccess,
  clusters: Collected<string>,
): Promise<Collected<ManagedNodeGroup>> =>
  eachOf(
    { items: clusters.items, failures: clusters.failures.map(failure => notAsked('eks:ListNodegroups', failure)) },
    name => readNodeGroupsOf(access, name),
  )

const readNodeGroupsOf = async (access: RegionAccess, clusterName: string): Promise<Collected<ManagedNodeGroup>> => {
  const listed = await listAll(
    access.ask,
    'eks:ListNodegroups',
    async nextToken => {
      const page = await access.clients.eks().send(new ListNodegroupsCommand({ clusterName, nextToken }))
      return { items: page.nodegroups, next: page.nextToken }
    },
    clusterName,
  )
  return eachOf(listed, name => readNodeGroup(access, clusterName, name))
}

const readNodeGroup = async (
  { ask, clients }: RegionAccess,
  clusterName: string,
  name: string,
): Promise<Collected<ManagedNodeGroup>> => {
  const answer = await ask(
    'eks:DescribeNodegroup',
    () => clients.eks().send(new DescribeNodegroupCommand({ clusterName, nodegroupName: name })),
    `${clusterName}/${name}`,
  )
  if (answer.status === 'gone') return none
  const detail = readOf(answer, ({ nodegroup = {} }) => detailOf(nodegroup))
  return { items: [{ name, clusterName, detail }], failures: failuresOf(answer) }
}

const detailOf = ({ nodegroupArn, status, amiType, instanceTypes, resources, launchTemplate, tags }: Nodegroup) =>
  defined({
    arn: nodegroupArn ?? '',
    status: status ?? '',
    amiType: amiType ?? '',
    instanceTypes: instanceTypes ?? [],
    autoScalingGroups: (resources?.autoScalingGroups ?? []).flatMap(({ name }) => name ?? []).sort(),
    launchTemplate: templateRef(launchTemplate?.id, launchTemplate?.name, launchTemplate?.version),
    tags: sortedTags(tags),
  })
