import {
  type InsightSummary,
  ListFargateProfilesCommand,
  ListInsightsCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks'
import type { Insight } from '../../core/inventory.ts'
import { type Collected, causedBy, type Failure, known, type Read } from '../../core/read.ts'
import { listAll, refused } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { defined, oneOf, sortedBy } from './shape.ts'

/** What EKS finds about the next version of a cluster. */
export const readInsights = async (
  { ask, clients }: RegionAccess,
  clusterName: string,
): Promise<Collected<Insight>> => {
  const page = async (nextToken: string | undefined) => {
    const input = { clusterName, filter: { categories: ['UPGRADE_READINESS' as const] }, nextToken }
    const answer = await clients.eks().send(new ListInsightsCommand(input))
    return { items: answer.insights?.map(insightOf), next: answer.nextToken }
  }
  const { items, failures } = await listAll(ask, 'eks:ListInsights', page, clusterName)
  return { items: sortedBy(items, ({ name, kubernetesVersion = '' }) => `${name} ${kubernetesVersion}`), failures }
}

const insightOf = ({ name, insightStatus, kubernetesVersion, lastRefreshTime }: InsightSummary): Insight =>
  defined({
    name: name ?? '',
    status: oneOf(['PASSING', 'WARNING', 'ERROR', 'UNKNOWN'], insightStatus?.status) ?? 'UNKNOWN',
    kubernetesVersion,
    lastRefreshTime: lastRefreshTime?.toISOString(),
  })

/** The names of a cluster's Fargate profiles. */
export const readFargateProfiles = async (
  { ask, clients }: RegionAccess,
  clusterName: string,
): Promise<Collected<string>> => {
  const page = async (nextToken: string | undefined) => {
    const answer = await clients.eks().send(new ListFargateProfilesCommand({ clusterName, nextToken }))
    return { items: answer.fargateProfileNames, next: answer.nextToken }
  }
  const { items, failures } = await listAll(ask, 'eks:ListFargateProfiles', page, clusterName)
  return { items: [...items].sort(), failures }
}

/** Whether a service account of the cluster has credentials by EKS Pod Identity. */
export interface PodIdentity {
  readonly isUsed: Read<boolean>
  readonly failures: readonly Failure[]
}

/** Asks for associations until the first one is there: no check asks for more. */
export const readPodIdentity = async ({ ask, clients }: RegionAccess, clusterName: string): Promise<PodIdentity> => {
  const page = async (nextToken: string | undefined) => {
    const answer = await clients.eks().send(new ListPodIdentityAssociationsCommand({ clusterName, nextToken }))
    const { associations = [] } = answer
    return { items: associations, next: associations.length > 0 ? undefined : answer.nextToken }
  }
  const { items, failures, refusal } = await listAll(ask, 'eks:ListPodIdentityAssociations', page, clusterName)
  const unread = refusal ? refused(refusal) : causedBy(failures[0])
  return { isUsed: unread ?? known(items.length > 0), failures }
}
