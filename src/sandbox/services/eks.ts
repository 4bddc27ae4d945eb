import * as z from 'zod'
import { type Action, action, type Call, flag, pageOf, wholeNumber } from '../action.ts'
import { clusterVersionsOf } from '../cluster-versions.ts'
import {
  describeAddOn,
  describeCluster,
  describeInsight,
  podIdentityAssociationsOf,
  summariseInsight,
} from '../clusters.ts'
import { RefusalError } from '../refusal.ts'

const pageSize = 100
const paging = { maxResults: wholeNumber(1, pageSize).default(pageSize), nextToken: z.string().optional() }
const ofCluster = { clusterName: z.string() }
const ofResource = { ...ofCluster, name: z.string() }

const notFound = (message: string) => new RefusalError({ code: 'ResourceNotFoundException', status: 404 }, message)

const clusterOf = (call: Call, name: string) => {
  const { clusters } = call.here().place.region
  const cluster = Object.hasOwn(clusters, name) ? clusters[name] : undefined
  if (!cluster) throw notFound(`No cluster found for name: ${name}.`)
  return cluster
}

type Page = { readonly maxResults: number; readonly nextToken?: string | undefined }
const page = (key: string, all: readonly unknown[], { maxResults, nextToken }: Page) => {
  const { items, next } = pageOf(all, nextToken, maxResults)
  return { [key]: items, nextToken: next }
}

const strings = z.array(z.string()).optional()
const holds = (asked: readonly string[] | undefined, value: string | undefined) =>
  asked === undefined || (value !== undefined && asked.includes(value))

const ListInsights = z.strictObject({
  ...ofCluster,
  ...paging,
  filter: z.strictObject({ categories: strings, kubernetesVersions: strings, statuses: strings }).default({}),
})

const DescribeClusterVersions = z.strictObject({
  ...paging,
  clusterType: z.string().optional(),
  // One version in a query is no list.
  clusterVersions: z.preprocess(value => (typeof value === 'string' ? [value] : value), strings),
  defaultOnly: flag.default(false),
  includeAll: flag.default(false),
  status: z.enum(['standard-support', 'extended-support', 'unsupported']).optional(),
  versionStatus: z.enum(['STANDARD_SUPPORT', 'EXTENDED_SUPPORT', 'UNSUPPORTED']).optional(),
})

/** Amazon EKS: the reads of clusters and what belongs to them, and of the versions that there are. */
export const eks: Readonly<Record<string, Action>> = {
  ListClusters: action(z.strictObject({ ...paging, include: z.unknown().optional() }), (input, call) =>
    page('clusters', Object.keys(call.here().place.region.clusters), input),
  ),

  DescribeCluster: action(z.strictObject(ofCluster), ({ clusterName }, call) => ({
    cluster: describeCluster(call.here().place, clusterName, clusterOf(call, clusterName)),
  })),

  ListAddons: action(z.strictObject({ ...ofCluster, ...paging }), (input, call) =>
    page('addons', Object.keys(clusterOf(call, input.clusterName).addons), input),
  ),

  DescribeAddon: action(z.strictObject(ofResource), ({ clusterName, name }, call) => {
    const { addons } = clusterOf(call, clusterName)
    const addOn = Object.hasOwn(addons, name) ? addons[name] : undefined
    if (!addOn) throw notFound(`No addon: ${name} found in cluster: ${clusterName}`)
    return { addon: describeAddOn(call.here().place, clusterName, name, addOn) }
  }),

  ListNodegroups: action(z.strictObject({ ...ofCluster, ...paging }), (input, call) =>
    page('nodegroups', Object.keys(clusterOf(call, input.clusterName).nodeGroups), input),
  ),

  DescribeNodegroup: action(z.strictObject(ofResource), ({ clusterName, name }, call) => {
    clusterOf(call, clusterName)
    const nodegroup = call.here().nodegroups.get(clusterName)?.get(name)
    if (!nodegroup) throw notFound(`No node group found for name: ${name}.`)
    return { nodegroup }
  }),

  ListFargateProfiles: action(z.strictObject({ ...ofCluster, ...paging }), (input, call) =>
    page('fargateProfileNames', clusterOf(call, input.clusterName).fargateProfiles, input),
  ),

  ListPodIdentityAssociations: action(
    z.strictObject({
      ...ofCluster,
      ...paging,
      namespace: z.string().optional(),
      serviceAccount: z.string().optional(),
    }),
    ({ clusterName, namespace, serviceAccount, ...input }, call) => {
      const all = podIdentityAssociationsOf(call.here().place, clusterName, clusterOf(call, clusterName)).filter(
        one =>
          one.namespace === (namespace ?? one.namespace) &&
          one.serviceAccount === (serviceAccount ?? one.serviceAccount),
      )
      return page('associations', all, input)
    },
  ),

  ListInsights: action(ListInsights, ({ clusterName, filter, ...input }, call) => {
    const all = clusterOf(call, clusterName)
      .insights.filter(({ category }) => holds(filter.categories, category))
      .filter(({ status }) => holds(filter.statuses, status))
      .filter(({ kubernetesVersion }) => holds(filter.kubernetesVersions, kubernetesVersion))
    const { place } = call.here()
    return page(
      'insights',
      all.map(insight => summariseInsight(place, clusterName, insight)),
      input,
    )
  }),

  DescribeInsight: action(z.strictObject(ofResource), ({ clusterName, name: id }, call) => {
    const { place } = call.here()
    const insight = clusterOf(call, clusterName)
      .insights.map(one => describeInsight(place, clusterName, one))
      .find(one => one.id === id)
    if (!insight) throw notFound(`No insight found for id: ${id}.`)
    return { insight }
  }),

  DescribeClusterVersions: action(DescribeClusterVersions, (input, call) => {
    // Unsupported versions have to be asked for, in one of three ways.
    const showsAll = input.includeAll || input.clusterVersions || input.versionStatus || input.status
    const versions = clusterVersionsOf(call.model.organization)
      .filter(({ versionStatus }) => showsAll || versionStatus !== 'UNSUPPORTED')
      .filter(({ clusterVersion }) => holds(input.clusterVersions, clusterVersion))
      .filter(({ defaultVersion }) => defaultVersion || !input.defaultOnly)
      .filter(({ clusterType }) => clusterType === (input.clusterType ?? clusterType))
      .filter(({ versionStatus }) => versionStatus === (input.versionStatus ?? versionStatus))
      .filter(({ status }) => status === (input.status ?? status))
    return page('clusterVersions', versions, input)
  }),
}
