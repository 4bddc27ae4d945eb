import * as z from 'zod'
import { type Action, action, type Call, pageOf, wholeNumber } from '../action.ts'
import { describeAddOn, describeCluster } from '../clusters.ts'
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
const namesPage = (key: string, names: readonly string[], { maxResults, nextToken }: Page) => {
  const { items, next } = pageOf(names, nextToken, maxResults)
  return { [key]: items, nextToken: next }
}

/** Amazon EKS: the reads of clusters, add-ons and managed node groups. */
export const eks: Readonly<Record<string, Action>> = {
  ListClusters: action(z.strictObject({ ...paging, include: z.unknown().optional() }), (input, call) =>
    namesPage('clusters', Object.keys(call.here().place.region.clusters), input),
  ),

  DescribeCluster: action(z.strictObject(ofCluster), ({ clusterName }, call) => ({
    cluster: describeCluster(call.here().place, clusterName, clusterOf(call, clusterName)),
  })),

  ListAddons: action(z.strictObject({ ...ofCluster, ...paging }), (input, call) =>
    namesPage('addons', Object.keys(clusterOf(call, input.clusterName).addons), input),
  ),

  DescribeAddon: action(z.strictObject(ofResource), ({ clusterName, name }, call) => {
    const { addons } = clusterOf(call, clusterName)
    const addOn = Object.hasOwn(addons, name) ? addons[name] : undefined
    if (!addOn) throw notFound(`No addon: ${name} found in cluster: ${clusterName}`)
    return { addon: describeAddOn(call.here().place, clusterName, name, addOn) }
  }),

  ListNodegroups: action(z.strictObject({ ...ofCluster, ...paging }), (input, call) =>
    namesPage('nodegroups', Object.keys(clusterOf(call, input.clusterName).nodeGroups), input),
  ),

  DescribeNodegroup: action(z.strictObject(ofResource), ({ clusterName, name }, call) => {
    clusterOf(call, clusterName)
    const nodegroup = call.here().nodegroups.get(clusterName)?.get(name)
    if (!nodegroup) throw notFound(`No node group found for name: ${name}.`)
    return { nodegroup }
  }),
}
