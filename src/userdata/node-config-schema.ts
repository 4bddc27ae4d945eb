/** What Go expects in a place, as nodeadm's types say it. */
export type Shape =
  | { readonly type: 'text' }
  | { readonly type: 'boolean' }
  | { readonly type: 'integer' }
  | { readonly type: 'bytes' }
  | { readonly type: 'time' }
  /** Any value at all: a field of a KubeletConfiguration or of an OCI spec. */
  | { readonly type: 'any' }
  | { readonly type: 'list'; readonly of: Shape }
  | { readonly type: 'map'; readonly of: Shape }
  | { readonly type: 'struct'; readonly fields: ReadonlyMap<string, Shape>; readonly closed: boolean }

const text: Shape = { type: 'text' }
const boolean: Shape = { type: 'boolean' }
const integer: Shape = { type: 'integer' }
const time: Shape = { type: 'time' }
const any: Shape = { type: 'any' }
const listOf = (of: Shape): Shape => ({ type: 'list', of })
const mapOf = (of: Shape): Shape => ({ type: 'map', of })
const struct = (fields: Record<string, Shape>, closed = true): Shape => ({
  type: 'struct',
  fields: new Map(Object.entries(fields)),
  closed,
})

const metadata = struct(
  {
    name: text,
    generateName: text,
    namespace: text,
    selfLink: text,
    uid: text,
    resourceVersion: text,
    generation: integer,
    creationTimestamp: time,
    deletionTimestamp: time,
    deletionGracePeriodSeconds: integer,
    labels: mapOf(text),
    annotations: mapOf(text),
    ownerReferences: listOf(
      struct(
        { apiVersion: text, kind: text, name: text, uid: text, controller: boolean, blockOwnerDeletion: boolean },
        false,
      ),
    ),
    finalizers: listOf(text),
    managedFields: listOf(
      struct(
        {
          manager: text,
          operation: text,
          apiVersion: text,
          time,
          fieldsType: text,
          fieldsV1: any,
          subresource: text,
        },
        false,
      ),
    ),
  },
  false,
)

/** nodeadm's NodeConfig, version v1alpha1 (nodeadm/api/v1alpha1/nodeconfig_types.go), with Kubernetes' ObjectMeta. */
export const nodeConfigShape: Shape = struct({
  apiVersion: text,
  kind: text,
  metadata,
  spec: struct({
    cluster: struct({
      name: text,
      apiServerEndpoint: text,
      certificateAuthority: { type: 'bytes' },
      cidr: text,
      enableOutpost: boolean,
      id: text,
    }),
    containerd: struct({ config: text, baseRuntimeSpec: mapOf(any) }),
    instance: struct({
      localStorage: struct({ strategy: text, mountPath: text, disabledMounts: listOf(text) }),
      environment: mapOf(mapOf(text)),
      network: struct({ nameservers: listOf(text), domains: listOf(text) }),
    }),
    kubelet: struct({ config: mapOf(any), flags: listOf(text), maxPodsExpression: text }),
    featureGates: mapOf(boolean),
  }),
})

/** Fields that are often written and that nodeadm does not have, with what to write instead. */
export const knownMistakes: ReadonlyMap<string, string> = new Map([
  ['spec.cluster.clusterName', 'The field is spec.cluster.name.'],
  ['spec.cluster.clusterEndpoint', 'The field is spec.cluster.apiServerEndpoint.'],
  ['spec.cluster.endpoint', 'The field is spec.cluster.apiServerEndpoint.'],
  ['spec.cluster.apiServer', 'The field is spec.cluster.apiServerEndpoint.'],
  ['spec.cluster.ca', 'The field is spec.cluster.certificateAuthority.'],
  ['spec.cluster.caData', 'The field is spec.cluster.certificateAuthority.'],
  ['spec.cluster.certificateAuthorityData', 'The field is spec.cluster.certificateAuthority.'],
  ['spec.cluster.serviceCidr', 'The field is spec.cluster.cidr.'],
  ['spec.cluster.serviceIpv4Cidr', 'The field is spec.cluster.cidr.'],
  ['spec.cluster.serviceIpv6Cidr', 'The field is spec.cluster.cidr.'],
  ['spec.kubelet.extraArgs', 'Write spec.kubelet.flags, or fields of spec.kubelet.config.'],
  ['spec.kubelet.extraFlags', 'The field is spec.kubelet.flags.'],
  ['spec.kubelet.args', 'The field is spec.kubelet.flags.'],
  ['spec.kubelet.maxPods', 'The field is spec.kubelet.config.maxPods.'],
  ['spec.kubelet.clusterDNS', 'The field is spec.kubelet.config.clusterDNS.'],
  ['spec.kubelet.registerWithTaints', 'The field is spec.kubelet.config.registerWithTaints.'],
  ['spec.kubelet.nodeLabels', 'Write the flag --node-labels in spec.kubelet.flags.'],
  ['spec.localStorage', 'The field is spec.instance.localStorage.'],
  ['spec.kubeletConfig', 'The field is spec.kubelet.config.'],
  ['spec.name', 'The field is spec.cluster.name.'],
  ['cluster', 'The field is spec.cluster.'],
  ['kubelet', 'The field is spec.kubelet.'],
  ['containerd', 'The field is spec.containerd.'],
  ['instance', 'The field is spec.instance.'],
])

/** Fields that only the NodeConfig of EKS Hybrid Nodes has, under the same apiVersion and kind. */
export const hybridFields: ReadonlySet<string> = new Set(['spec.hybrid', 'spec.cluster.region'])
