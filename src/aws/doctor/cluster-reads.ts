import {
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  ListAddonsCommand,
  ListClustersCommand,
  ListFargateProfilesCommand,
  ListInsightsCommand,
  ListNodegroupsCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks'
import type { TriedAction } from '../../core/doctor.ts'
import type { Ask } from '../ask.ts'
import type { RegionClients } from '../connection.ts'
import { notTried, tryAction, tryOn } from './try.ts'

const maxResults = 1

/** The reads of EKS, which knows no dry run: on one cluster, an add-on and a node group of it, where there are such. */
export const tryClusterReads = async (
  ask: Ask,
  clients: RegionClients,
  clusterName: string | undefined,
): Promise<readonly TriedAction[]> => {
  const eks = clients.eks()
  const list = await tryAction(ask, 'eks:ListClusters', () => eks.send(new ListClustersCommand({ maxResults })))
  if (clusterName === undefined) return [list, ...ofCluster.map(action => notTried(action, 'no cluster'))]

  const of = { clusterName, maxResults }
  const [addons, groups, ...others] = await Promise.all([
    tryAction(ask, 'eks:ListAddons', () => eks.send(new ListAddonsCommand(of))),
    tryAction(ask, 'eks:ListNodegroups', () => eks.send(new ListNodegroupsCommand(of))),
    tryAction(ask, 'eks:DescribeCluster', () => eks.send(new DescribeClusterCommand({ name: clusterName }))),
    tryAction(ask, 'eks:ListFargateProfiles', () => eks.send(new ListFargateProfilesCommand(of))),
    tryAction(ask, 'eks:ListInsights', () => eks.send(new ListInsightsCommand(of))),
    tryAction(ask, 'eks:ListPodIdentityAssociations', () => eks.send(new ListPodIdentityAssociationsCommand(of))),
  ])
  const described = await Promise.all([
    tryOn(ask, 'eks:DescribeAddon', addons, addons.value?.addons?.[0], 'no add-on of a cluster', addonName =>
      eks.send(new DescribeAddonCommand({ clusterName, addonName })),
    ),
    tryOn(ask, 'eks:DescribeNodegroup', groups, groups.value?.nodegroups?.[0], 'no managed node group', nodegroupName =>
      eks.send(new DescribeNodegroupCommand({ clusterName, nodegroupName })),
    ),
  ])
  return [list, addons, groups, ...others, ...described]
}

const ofCluster = [
  'eks:DescribeAddon',
  'eks:DescribeCluster',
  'eks:DescribeNodegroup',
  'eks:ListAddons',
  'eks:ListFargateProfiles',
  'eks:ListInsights',
  'eks:ListNodegroups',
  'eks:ListPodIdentityAssociations',
] as const
