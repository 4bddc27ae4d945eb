import * as z from 'zod'
import { action, type Call, flag, pageOf, wholeNumber } from '../action.ts'
import type { Instance, State } from '../instances.ts'
import { matchesFilter } from '../patterns.ts'
import { RefusalError } from '../refusal.ts'
import { operatorOf, tagSet } from './ec2-answers.ts'

const minPageSize = 5
const maxPageSize = 1000

/** What each filter looks at, of which one has to match. */
const filters: Readonly<Record<string, (instance: Instance) => readonly string[]>> = {
  'tag-key': ({ tags }) => Object.keys(tags),
  'instance-state-name': ({ state }) => [state],
  'instance-id': ({ id }) => [id],
  'image-id': ({ imageId }) => [imageId],
  'metadata-options.http-tokens': ({ metadataOptions }) => [metadataOptions.httpTokens],
  'metadata-options.http-endpoint': ({ metadataOptions }) => [metadataOptions.httpEndpoint],
  'metadata-options.http-put-response-hop-limit': ({ metadataOptions }) => [
    String(metadataOptions.httpPutResponseHopLimit),
  ],
}

const Filter = z.strictObject({
  Name: z.string().refine(name => name.startsWith('tag:') || Object.hasOwn(filters, name), {
    error: ({ input }) => `The filter '${input}' is invalid`,
  }),
  Value: z.array(z.string()).max(200),
})

const DescribeInstances = z.strictObject({
  InstanceId: z.array(z.string()).optional(),
  Filter: z.array(Filter).default([]),
  IncludeManagedResources: flag.default(false),
  MaxResults: wholeNumber(minPageSize, maxPageSize).optional(),
  NextToken: z.string().optional(),
})

const valuesOf = (instance: Instance, name: string) => {
  if (!name.startsWith('tag:')) return filters[name]?.(instance) ?? []
  const key = name.slice('tag:'.length)
  return Object.entries(instance.tags).flatMap(([tag, value]) => (tag === key ? [value] : []))
}

const passes = (instance: Instance, { Name, Value }: z.output<typeof Filter>) =>
  valuesOf(instance, Name).some(value => Value.some(pattern => matchesFilter(pattern, value)))

const notFound = (ids: readonly string[]) => {
  const what = ids.length === 1 ? `ID '${ids[0]}' does` : `IDs '${ids.join(', ')}' do`
  return new RefusalError({ code: 'InvalidInstanceID.NotFound', status: 400 }, `The instance ${what} not exist`)
}

const refuseMalformed = (ids: readonly string[]) => {
  const malformed = ids.find(id => !/^i-[0-9a-f]{8,17}$/.test(id))
  if (malformed === undefined) return
  throw new RefusalError({ code: 'InvalidInstanceID.Malformed', status: 400 }, `Invalid id: "${malformed}"`)
}

/** DescribeInstances: all, some by filters, or those that are named. */
export const describeInstances = action(DescribeInstances, (input, call) => {
  const { InstanceId: ids, MaxResults } = input
  if (ids && MaxResults !== undefined) {
    throw new RefusalError(
      { code: 'InvalidParameterCombination', status: 400 },
      'The parameter instancesSet cannot be used with the parameter maxResults',
    )
  }
  refuseMalformed(ids ?? [])
  const visible = [...call.here().instances().values()].filter(
    ({ operator }) => input.IncludeManagedResources || !operator?.hiddenByDefault,
  )
  const known = new Set(visible.map(({ id }) => id))
  const missing = ids?.filter(id => !known.has(id)) ?? []
  if (missing.length > 0) throw notFound(missing)
  const asked = visible
    .filter(({ id }) => ids?.includes(id) ?? true)
    .filter(instance => input.Filter.every(filter => passes(instance, filter)))
  const { items, next } = pageOf(asked, input.NextToken, MaxResults ?? asked.length)
  const reservations = Map.groupBy(items, ({ reservationId }) => reservationId)
  return {
    reservationSet: [...reservations].map(([reservationId, instances]) => ({
      reservationId,
      ownerId: call.caller.accountId,
      groupSet: [],
      instancesSet: instances.map(instance => describe(call, instance)),
    })),
    nextToken: next,
  }
})

const codes: Readonly<Record<State, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

const describe = ({ caller, region }: Call, instance: Instance) => {
  const { tags, metadataOptions, state } = instance
  const isNode = Object.keys(tags).some(key => key.startsWith('kubernetes.io/cluster/'))
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: { code: codes[state], name: state },
    privateDnsName: privateDnsNameOf(instance.id, region),
    instanceType: instance.instanceType,
    launchTime: instance.launchTime,
    placement: { availabilityZone: instance.availabilityZone, tenancy: 'default' },
    architecture: instance.architecture,
    iamInstanceProfile: isNode
      ? { arn: `arn:aws:iam::${caller.accountId}:instance-profile/eks-node`, id: `AIPA0000${caller.accountId}` }
      : undefined,
    tagSet: tagSet(tags),
    metadataOptions: { state: 'applied', ...metadataOptions },
    operator: operatorOf(instance),
  }
}

/** An address in 10.0.0.0/8 that the id decides. */
const privateDnsNameOf = (id: string, region: string) => {
  const address = [10, ...Buffer.from(id.slice(-6), 'hex')].join('-')
  return `ip-${address}.${region === 'us-east-1' ? 'ec2' : `${region}.compute`}.internal`
}

const DescribeInstanceAttribute = z.strictObject({
  InstanceId: z.string(),
  Attribute: z.literal('userData', {
    error: ({ input }) => `Value (${input}) for parameter attribute is invalid. The sandbox tells userData`,
  }),
})

/** DescribeInstanceAttribute, of user data alone. */
export const describeInstanceAttribute = action(DescribeInstanceAttribute, ({ InstanceId }, call) => {
  refuseMalformed([InstanceId])
  const instance = call.here().instances().get(InstanceId)
  if (!instance) throw notFound([InstanceId])
  return { instanceId: InstanceId, userData: { value: instance.userData } }
})
