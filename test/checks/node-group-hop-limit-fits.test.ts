import check from '../../src/checks/node-group-hop-limit-fits.ts'
import type { Instance } from '../../src/core/inventory.ts'
import { policySchema } from '../../src/core/policy.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { al2Image, al2023Image, complete } = build

const hops = (httpPutResponseHopLimit: number, httpTokens: 'optional' | 'required' = 'required') => ({
  httpTokens,
  httpEndpoint: 'enabled' as const,
  httpPutResponseHopLimit,
})

const inGroup = { 'kubernetes.io/cluster/shop': 'owned', 'aws:autoscaling:groupName': 'workers' }

/** A self-managed group whose template says this, and whose running nodes say that. */
const group = (
  metadataOptions: object,
  { running, tags = {}, ...over }: { running?: object; tags?: object } & Parameters<typeof build.inventory>[0] = {},
) => {
  const instances = running ? build.instances(1, 'lt-0web', '1') : []
  return build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(build.launchTemplate([{ imageId: al2023Image.id, metadataOptions }])),
    autoScalingGroups: complete(
      build.autoScalingGroup({ instances, tags: { 'kubernetes.io/cluster/shop': 'owned', ...tags } }),
    ),
    instances: complete(
      ...instances.map(({ id }) => build.instance({ id, metadataOptions: running ?? {}, tags: inGroup })),
    ),
    ...over,
  })
}

const expecting = (...expect: readonly object[]) => policySchema([]).parse({ version: 1, expect })
const cilium = expecting({ cluster: 'sh*', hopLimit: 3, reason: 'Cilium in ENI mode' })
const byTag = expecting({ tag: 'network=cilium', hopLimit: 3, reason: 'Cilium in ENI mode' })

const withPodIdentity = { clusters: complete(build.cluster({}, undefined, { podIdentity: known(true) })) }
const oidcProvider = (id: string) => ({
  oidcProviders: known([`arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/${id}`]),
})
const ownIssuer = oidcProvider('0123456789ABCDEF0123456789ABCDEF')
const otherIssuer = oidcProvider('FEDCBA9876543210FEDCBA9876543210')

const al2WithoutTemplate = build.nodeGroup({
  nodeGroups: complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' })),
  launchTemplates: complete(build.eksCopy([{ imageId: al2Image.id, metadataOptions: hops(2, 'optional') }])),
})
const autoMode: Instance = build.instance({
  metadataOptions: hops(2),
  tags: { 'kubernetes.io/cluster/shop': 'owned', 'eks:kubernetes-node-pool-name': 'general-purpose' },
})
const undescribed = build.nodeGroup({
  nodeGroups: complete({ ...build.managedNodeGroup(), detail: build.denied('eks:DescribeNodegroup') }),
  launchTemplates: complete(build.eksCopy([{ imageId: al2023Image.id, metadataOptions: hops(3) }])),
})

checkTable(check, {
  pass: {
    '1 in template and nodes': { subject: group(hops(1), { running: hops(1) }) },
    'left out, where EC2 gives 1': { subject: group({}) },
    'Cilium with hop limit 3, as the policy expects': { subject: group(hops(3), { running: hops(3) }), policy: cilium },
    '3 as the policy expects by a tag': { subject: group(hops(3), { tags: { network: 'cilium' } }), policy: byTag },
    '1 where the policy expects 3': { subject: group(hops(1)), policy: cilium },
    // Pods reach IMDSv1 today, which is the finding of node-group-imdsv2-required: the limit itself is right.
    'Amazon Linux 2 with optional tokens and 1': {
      subject: group(hops(1, 'optional'), {
        launchTemplates: complete(
          build.launchTemplate([{ imageId: al2Image.id, metadataOptions: hops(1, 'optional') }]),
        ),
      }),
    },
    'endpoint disabled': { subject: group({ ...hops(3), httpEndpoint: 'disabled' }) },
    '1, whatever credentials pods have': {
      subject: group(hops(1), { oidcProviders: build.denied('iam:ListOpenIDConnectProviders') }),
    },
  },
  fail: {
    '2 where pods have no other credentials': { subject: group(hops(2)), severity: 'low' },
    '2 with an OIDC provider of another cluster': { subject: group(hops(2), otherIssuer), severity: 'low' },
    '2 with the OIDC provider of the cluster': { subject: group(hops(2), ownIssuer) },
    '2 with EKS Pod Identity': { subject: group(hops(2), withPodIdentity) },
    '2 of Amazon Linux 2, with optional tokens': { subject: al2WithoutTemplate, severity: 'low' },
    '3 without a word of the policy': { subject: group(hops(3)) },
    '3 where the policy expects it of another cluster': {
      subject: group(hops(3)),
      policy: expecting({ cluster: 'pay', hopLimit: 3, reason: 'Cilium' }),
    },
    '3 where the policy expects it of another tag': {
      subject: group(hops(3), { tags: { network: 'vpc' } }),
      policy: byTag,
    },
    '2 where the policy expects 3': { subject: group(hops(2)), policy: cilium, severity: 'low' },
    'the template says 1, a running node 2': { subject: group(hops(1), { running: hops(2) }), severity: 'low' },
    'template and nodes say 2': { subject: group(hops(2), { running: hops(2) }), severity: 'low' },
    'the template says 3, a running node 2': { subject: group(hops(3), { running: hops(2) }) },
    // 3 weighs the same whatever credentials pods have.
    '3, credentials of pods not read': {
      subject: group(hops(3), { oidcProviders: build.denied('iam:ListOpenIDConnectProviders') }),
    },
  },
  unknown: {
    '2, OIDC providers not read': {
      subject: group(hops(2), { oidcProviders: build.denied('iam:ListOpenIDConnectProviders') }),
    },
    '2, Pod Identity not read': {
      subject: group(hops(2), {
        clusters: complete(
          build.cluster({}, undefined, { podIdentity: build.denied('eks:ListPodIdentityAssociations') }),
        ),
      }),
    },
    'left out, account default not read': {
      subject: group({}, { imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults') }),
    },
    // A node that was not seen may have 3, which weighs more.
    '2 in the template, instances not read': {
      subject: group(hops(2), { running: hops(2), instances: build.refused('ec2:DescribeInstances') }),
    },
    '3 that a tag may explain, tags not read': { subject: undescribed, policy: byTag },
  },
  skip: {
    'EKS Auto Mode': {
      subject: build.nodeGroup({
        nodeGroups: complete(),
        autoScalingGroups: complete(),
        instances: complete(autoMode),
      }),
    },
  },
})
