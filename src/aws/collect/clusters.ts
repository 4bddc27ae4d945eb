import {
  DescribeAddonCommand,
  DescribeClusterCommand,
  ListAddonsCommand,
  ListClustersCommand,
} from '@aws-sdk/client-eks'
import type { Addon, Cluster } from '../../core/inventory.ts'
import type { Collected } from '../../core/read.ts'
import { eachOf, failuresOf, type Listed, listAll, none, readOf } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { sortedTags } from './shape.ts'

/** The add-ons whose version a check asks about; the others are listed by name alone. */
const describedAddons = new Set(['vpc-cni'])

/** The names of the clusters of a Region. */
export const listClusters = ({ ask, clients }: RegionAccess): Promise<Listed<string>> =>
  listAll(ask, 'eks:ListClusters', async nextToken => {
    const page = await clients.eks().send(new ListClustersCommand({ nextToken }))
    return { items: page.clusters, next: page.nextToken }
  })

/** The clusters of these names, each with its add-ons. */
export const readClusters = (access: RegionAccess, names: Collected<string>): Promise<Collected<Cluster>> =>
  eachOf(names, name => readCluster(access, name))

const readCluster = async (access: RegionAccess, name: string): Promise<Collected<Cluster>> => {
  const { ask, clients, partition, region, accountId } = access
  const answer = await ask('eks:DescribeCluster', () => clients.eks().send(new DescribeClusterCommand({ name })), name)
  if (answer.status === 'gone') return none

  const detail = readOf(answer, ({ cluster }) => ({
    version: cluster?.version ?? '',
    status: cluster?.status ?? '',
    autoMode: cluster?.computeConfig?.enabled ?? false,
    outpost: cluster?.outpostConfig !== undefined,
    tags: sortedTags(cluster?.tags),
  }))
  const arn = `arn:${partition}:eks:${region}:${accountId}:cluster/${name}`
  return { items: [{ name, arn, detail, addons: await readAddons(access, name) }], failures: failuresOf(answer) }
}

const readAddons = async (access: RegionAccess, clusterName: string): Promise<Collected<Addon>> => {
  const { ask, clients } = access
  const listed = await listAll(
    ask,
    'eks:ListAddons',
    async nextToken => {
      const page = await clients.eks().send(new ListAddonsCommand({ clusterName, nextToken }))
      return { items: page.addons, next: page.nextToken }
    },
    clusterName,
  )
  return eachOf(listed, name => readAddon(access, clusterName, name))
}

const readAddon = async (access: RegionAccess, clusterName: string, addonName: string): Promise<Collected<Addon>> => {
  if (!describedAddons.has(addonName)) return { items: [{ name: addonName }], failures: [] }

  const answer = await access.ask(
    'eks:DescribeAddon',
    () => access.clients.eks().send(new DescribeAddonCommand({ clusterName, addonName })),
    `${clusterName}/${addonName}`,
  )
  if (answer.status === 'gone') return none
  const detail = readOf(answer, ({ addon }) => ({ version: addon?.addonVersion ?? '', status: addon?.status ?? '' }))
  return { items: [{ name: addonName, detail }], failures: failuresOf(answer) }
}
