import { type ClusterVersionInformation, DescribeClusterVersionsCommand, type EKSClient } from '@aws-sdk/client-eks'
import type { VersionCalendar } from '../../core/version-support.ts'
import { type Ask, listAll } from '../ask.ts'

const action = 'eks:DescribeClusterVersions'

/**
 * Until when EKS supports each Kubernetes version, those that it does not support any more included; empty where it
 * does not tell all of them, for dates that are published elsewhere then do as well.
 */
export const readClusterVersions = async (ask: Ask, client: EKSClient): Promise<VersionCalendar> => {
  const { items, failures } = await listAll(ask, action, async nextToken => {
    const page = await client.send(new DescribeClusterVersionsCommand({ includeAll: true, nextToken }))
    return { items: page.clusterVersions, next: page.nextToken }
  })
  return new Map(failures.length > 0 ? [] : items.flatMap(entryOf))
}

const entryOf = ({ clusterVersion, endOfStandardSupportDate, endOfExtendedSupportDate }: ClusterVersionInformation) => {
  if (!clusterVersion || !endOfStandardSupportDate || !endOfExtendedSupportDate) return []
  const dates = {
    endOfStandardSupport: dayOf(endOfStandardSupportDate),
    endOfExtendedSupport: dayOf(endOfExtendedSupportDate),
  }
  return [[clusterVersion, { ...dates, source: action }] as const]
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10)
