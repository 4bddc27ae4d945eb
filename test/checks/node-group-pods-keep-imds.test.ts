import check from '../../src/checks/node-group-pods-keep-imds.ts'
import type { Addon, Cluster, ImdsOptions, RegionInventory } from '../../src/core/inventory.ts'
import { policySchema } from '../../src/core/policy.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { al2Image, al2023Image, complete } = build
const on = { httpEndpoint: 'enabled' } as const
const wide = { ...on, httpTokens: 'optional', httpPutResponseHopLimit: 2 } as const
const hopTwo = { ...on, httpTokens: 'required', httpPutResponseHopLimit: 2 } as const
const narrow = { ...on, httpTokens: 'required', httpPutResponseHopLimit: 1 } as const

const addon = (name: string, ownRole = false, version = 'v1.38.1-eksbuild.1'): Addon => ({
  name,
  detail: known({ version, status: 'ACTIVE', ownRole }),
})
const ebs = addon('aws-ebs-csi-driver')
const withAddons = (...addons: Addon[]) => ({ clusters: complete(build.cluster({}, complete(...addons))) })
const clusterWith = (over: Partial<Cluster>) => ({ clusters: complete(build.cluster({}, complete(ebs), over)) })

/** A managed group on Amazon Linux 2 without a template of its own, in whose copy EKS wrote these options. */
const managed = (copy: ImdsOptions, over: Partial<RegionInventory> = withAddons(ebs)) =>
  build.nodeGroup({
    nodeGroups: complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' })),
    launchTemplates: complete(build.eksCopy([{ imageId: al2Image.id, metadataOptions: copy }])),
    ...over,
  })

/** One with a template of its own, that names an AMI where `amiType` is CUSTOM. */
const withTemplate = (own: ImdsOptions, copy: ImdsOptions, amiType = 'AL2_x86_64') =>
  managed(copy, {
    ...withAddons(ebs),
    nodeGroups: complete(
      build.managedNodeGroup({ amiType, launchTemplate: { id: 'lt-0web', name: 'web', version: '1' } }),
    ),
    launchTemplates: complete(
      build.launchTemplate([{ ...(amiType === 'CUSTOM' && { imageId: al2Image.id }), metadataOptions: own }]),
      build.eksCopy([{ imageId: al2Image.id, metadataOptions: copy }]),
    ),
  })

const selfManaged = (template: ImdsOptions, over: Partial<RegionInventory> = {}) =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(build.launchTemplate([{ imageId: al2Image.id, metadataOptions: template }])),
    autoScalingGroups: complete(build.autoScalingGroup({ instances: build.instances(1, 'lt-0web', '1') })),
    ...withAddons(ebs),
    ...over,
  })

const lone = (tags: object, metadataOptions: ImdsOptions, ...addons: Addon[]) =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(),
    autoScalingGroups: complete(),
    instances: complete(
      build.instance({
        imageId: al2Image.id,
        metadataOptions,
        tags: { 'kubernetes.io/cluster/shop': 'owned', ...tags },
      }),
    ),
    ...withAddons(...addons),
  })
const karpenter = { 'karpenter.sh/nodepool': 'default', 'karpenter.k8s.aws/ec2nodeclass': 'default' }

const policyOf = (podsNeedImds: boolean) =>
  policySchema([]).parse({ version: 1, expect: [{ cluster: 'sh*', podsNeedImds }] })
const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF'
const providers = (url: string) => known([`arn:aws:iam::${build.accountId}:oidc-provider/${url}`])

checkTable(check, {
  pass: {
    'pods do not reach it today': { subject: managed(narrow) },
    'the endpoint is disabled': { subject: managed({ ...wide, httpEndpoint: 'disabled' }) },
    'posture.yaml says that no pod needs it': { subject: managed(wide), policy: policyOf(false) },
    // A template that states its options keeps them in the new group.
    'the template of the user sets 2': { subject: withTemplate(hopTwo, hopTwo) },
    // The hop limit does not bind while tokens are optional.
    'the template of the user sets optional tokens and 1': {
      subject: withTemplate({ ...wide, httpPutResponseHopLimit: 1 }, { ...wide, httpPutResponseHopLimit: 1 }),
    },
    'a custom AMI, the template silent: EKS fills in 2': { subject: withTemplate({}, wide, 'CUSTOM') },
    'a self-managed group whose template sets 2': { subject: selfManaged(hopTwo) },
    // With v2.0 the new AMI brings required and 2, without it EC2 brings optional: pods reach it either way.
    'a self-managed group whose template is silent': { subject: selfManaged({}) },
    'a class of Karpenter that allows IMDSv1': { subject: lone(karpenter, wide, ebs) },
  },
  fail: {
    'hop limit 2 becomes 1, with a dependant': { subject: managed(wide) },
    'two dependants': { subject: managed(wide, withAddons(addon('aws-efs-csi-driver'), ebs)) },
    'optional tokens and hop limit 1': { subject: managed({ ...wide, httpPutResponseHopLimit: 1 }) },
    'required tokens and hop limit 2': { subject: managed(hopTwo) },
    // It could have a role of its own.
    'an IAM OIDC provider of the cluster': {
      subject: managed(wide, { ...withAddons(ebs), oidcProviders: providers(issuer) }),
    },
    'an IAM OIDC provider of another cluster': {
      subject: managed(wide, { ...withAddons(ebs), oidcProviders: providers(issuer.replace(/0/g, '9')) }),
    },
    'EKS Pod Identity': { subject: managed(wide, clusterWith({ podIdentity: known(true) })) },
    // What pods could have changes nothing in what they lose.
    'credentials for pods not read': {
      subject: managed(wide, { ...withAddons(ebs), oidcProviders: build.denied('iam:ListOpenIDConnectProviders') }),
    },
    'the CloudWatch agent of before it was on the host network': {
      subject: managed(wide, withAddons(addon('amazon-cloudwatch-observability', false, 'v1.7.0-eksbuild.1'))),
    },
    'a dependant, and another add-on was not described': {
      subject: managed(
        wide,
        withAddons(ebs, { name: 'aws-efs-csi-driver', detail: build.denied('eks:DescribeAddon') }),
      ),
    },
    'posture.yaml says that pods need it': { subject: managed(wide, withAddons()), policy: policyOf(true) },
    // The template has moved and the nodes have not.
    'the next node is on Amazon Linux 2023 with hop limit 1 already': {
      subject: managed(narrow, {
        ...withAddons(ebs),
        nodeGroups: complete(build.managedNodeGroup({ amiType: 'CUSTOM' })),
        launchTemplates: complete(
          build.eksCopy([
            { imageId: al2Image.id, metadataOptions: wide },
            { imageId: al2023Image.id, metadataOptions: narrow },
          ]),
        ),
        autoScalingGroups: complete(
          build.managedAutoScalingGroup({
            launchTemplates: [{ ref: { id: 'lt-0copy', version: '2' } }],
            instances: build.instances(1, 'lt-0copy', '1'),
          }),
        ),
      }),
    },
  },
  unknown: {
    'no dependant is known': { subject: managed(wide, withAddons()) },
    'the dependant has a role of its own': { subject: managed(wide, withAddons(addon('aws-ebs-csi-driver', true))) },
    'the VPC CNI is on the host network': { subject: managed(wide, withAddons(build.vpcCni('v1.19.0-eksbuild.1'))) },
    'the CloudWatch agent on the host network': {
      subject: managed(wide, withAddons(addon('amazon-cloudwatch-observability', false, 'v4.1.0-eksbuild.1'))),
    },
    'add-ons not listed': {
      subject: managed(wide, { clusters: complete(build.cluster({}, build.refused('eks:ListAddons'))) }),
    },
    'add-on not described': {
      subject: managed(wide, withAddons({ name: ebs.name, detail: build.denied('eks:DescribeAddon') })),
    },
    'cluster not described': { subject: managed(wide, clusterWith({ detail: build.denied('eks:DescribeCluster') })) },
    'the template of the user leaves the hop limit out': {
      subject: withTemplate({ httpTokens: 'required' }, hopTwo),
    },
    'the template of the user sets 1 and leaves tokens out': {
      subject: withTemplate({ httpPutResponseHopLimit: 1 }, { ...wide, httpPutResponseHopLimit: 1 }),
    },
    // It may be the default of an older Karpenter, which Karpenter 1 makes 1.
    'a class of Karpenter with hop limit 2': { subject: lone(karpenter, hopTwo, ebs) },
    'a node in no group': { subject: lone({}, wide, ebs) },
    'whether it is on Amazon Linux 2 is not known': {
      subject: managed(wide, {
        ...withAddons(ebs),
        nodeGroups: complete(build.managedNodeGroup({ amiType: 'CUSTOM' })),
        images: build.refused('ec2:DescribeImages'),
      }),
    },
    'instances not listed': {
      subject: managed(narrow, { ...withAddons(ebs), instances: build.refused('ec2:DescribeInstances') }),
    },
    'a self-managed group whose template sets 1 and whose nodes do not': {
      subject: selfManaged({ httpPutResponseHopLimit: 1 }),
    },
  },
  skip: {
    'Amazon Linux 2023': { subject: build.nodeGroup() },
    // It cannot move at all.
    'a local cluster on Outposts': {
      subject: managed(wide, { clusters: complete(build.cluster({ outpost: true }, complete(ebs))) }),
    },
  },
})
