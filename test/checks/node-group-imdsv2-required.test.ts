import check from '../../src/checks/node-group-imdsv2-required.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { al2Image, al2023Image, complete } = build
const v2Image = { ...al2023Image, imdsSupport: 'v2.0' }
const optional = { httpTokens: 'optional', httpEndpoint: 'enabled' } as const
const required = { httpTokens: 'required' } as const

const managed = (metadataOptions: object, over: Parameters<typeof build.inventory>[0] = {}) =>
  build.nodeGroup({ launchTemplates: complete(build.eksCopy([{ imageId: al2023Image.id, metadataOptions }])), ...over })

const selfManaged = (
  versions: Parameters<typeof build.launchTemplate>[0],
  { group = {}, ...over }: { group?: object } & Parameters<typeof build.inventory>[0] = {},
) =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(build.launchTemplate(versions)),
    autoScalingGroups: complete(build.autoScalingGroup(group)),
    ...over,
  })

const ownTemplate = build.managedNodeGroup({ launchTemplate: { id: 'lt-0web', name: 'web', version: '1' } })

const configuration = (metadataOptions: object, running?: object) =>
  build.nodeGroup({
    nodeGroups: complete(),
    launchConfigurations: complete({ name: 'old', imageId: al2Image.id, metadataOptions }),
    autoScalingGroups: complete(
      build.autoScalingGroup({
        launchConfiguration: 'old',
        launchTemplates: [],
        instances: running ? [{ id: 'i-0old', lifecycleState: 'InService', launchConfiguration: 'old' }] : [],
      }),
    ),
    instances: complete(
      ...(running ? [build.instance({ id: 'i-0old', metadataOptions: running, tags: inGroup })] : []),
    ),
  })
const inGroup = { 'aws:autoscaling:groupName': 'workers' }

/** An instance in no Auto Scaling group, as the only node. */
const lone = (tags: Record<string, string>, metadataOptions: object) =>
  build.nodeGroup({
    nodeGroups: complete(),
    autoScalingGroups: complete(),
    instances: complete(build.instance({ metadataOptions, tags: { 'kubernetes.io/cluster/shop': 'owned', ...tags } })),
  })
const karpenter = { 'karpenter.k8s.aws/ec2nodeclass': 'default' }

const silentWithNode = { group: { instances: build.instances(1, 'lt-0web', '1') } }

checkTable(check, {
  pass: {
    'launch configuration that requires': { subject: configuration(required) },
    'silent launch configuration whose nodes require': { subject: configuration({}, required) },
    'EC2NodeClass that requires': { subject: lone(karpenter, required) },
    'silent template whose nodes require': {
      subject: selfManaged([{ imageId: al2023Image.id }], {
        ...silentWithNode,
        instances: complete(build.instance({ id: 'i-lt-0web-1-0', tags: inGroup, metadataOptions: required })),
      }),
    },
    "required in EKS's copy": { subject: managed(required) },
    'endpoint disabled': { subject: managed({ httpTokens: 'optional', httpEndpoint: 'disabled' }) },
    'silent template under an account default that requires': {
      subject: selfManaged([{ imageId: al2023Image.id }], { imdsDefaults: known(required) }),
    },
    'silent template, no preference, an AMI with v2.0': {
      subject: selfManaged([{ imageId: v2Image.id }], { images: complete(v2Image) }),
    },
    // What a template says stands above everything: a default that was not read changes nothing.
    'required in the template, account default not read': {
      subject: managed(required, { imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults') }),
    },
  },
  fail: {
    "optional in EKS's copy, no template of the user's": {
      subject: managed(optional, { nodeGroups: complete(build.managedNodeGroup({ amiType: 'AL2_x86_64' })) }),
    },
    'template without metadata options, no default, an AMI without v2.0': {
      subject: selfManaged([{ imageId: al2Image.id }]),
    },
    // EC2's precedence: an account default of optional stands above the AMI.
    'account default optional over an AMI with v2.0': {
      subject: selfManaged([{ imageId: v2Image.id }], {
        images: complete(v2Image),
        imdsDefaults: known({ httpTokens: 'optional' }),
      }),
    },
    // prowler#8184: an endpoint that is left out is enabled.
    'tokens optional with the endpoint left out': {
      subject: selfManaged([{ imageId: al2Image.id, metadataOptions: { httpTokens: 'optional' } }]),
    },
    'version 1 requires, version 2 in use does not': {
      subject: selfManaged(
        [
          { imageId: al2023Image.id, metadataOptions: required },
          { imageId: al2023Image.id, metadataOptions: optional },
        ],
        { group: { launchTemplates: [{ ref: { id: 'lt-0web', version: '$Latest' } }] } },
      ),
    },
    'override template of a mixed group': {
      subject: selfManaged(
        [
          { imageId: al2023Image.id, metadataOptions: required },
          { imageId: al2Image.id, metadataOptions: optional },
        ],
        {
          group: {
            launchTemplates: [{ ref: { id: 'lt-0web', version: '1' } }, { ref: { id: 'lt-0web', version: '2' } }],
          },
        },
      ),
    },
    "EKS's copy differs from the user's template": {
      subject: managed(optional, {
        nodeGroups: complete(ownTemplate),
        launchTemplates: complete(
          build.launchTemplate([{ metadataOptions: required }]),
          build.eksCopy([{ imageId: al2023Image.id, metadataOptions: optional }]),
        ),
      }),
    },
    'launch configuration': { subject: configuration(optional) },
    'silent launch configuration whose nodes allow': { subject: configuration({}, optional) },
    EC2NodeClass: { subject: lone(karpenter, optional) },
    // What fixes a node by hand leaves the next one as the template says.
    'template with optional whose node was fixed by hand': {
      subject: selfManaged([{ imageId: al2023Image.id, metadataOptions: optional }], {
        ...silentWithNode,
        instances: complete(build.instance({ id: 'i-lt-0web-1-0', tags: inGroup, metadataOptions: required })),
      }),
    },
    'account default required, nodes of the silent template allow': {
      subject: selfManaged([{ imageId: al2023Image.id }], {
        ...silentWithNode,
        imdsDefaults: known(required),
        instances: complete(build.instance({ id: 'i-lt-0web-1-0', tags: inGroup, metadataOptions: optional })),
      }),
    },
    'enforcement on over a template with optional': {
      subject: managed(optional, { imdsDefaults: known({ httpTokensEnforced: 'enabled' }) }),
      severity: 'critical',
    },
  },
  unknown: {
    'silent template, account default not read': {
      subject: selfManaged([{ imageId: al2023Image.id }], {
        imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults'),
      }),
    },
    // The default of the endpoint could be disabled, and a fail by night would be an alarm by a failed read.
    'tokens optional, endpoint left out, account default not read': {
      subject: selfManaged([{ imageId: al2Image.id, metadataOptions: { httpTokens: 'optional' } }], {
        imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults'),
      }),
    },
    'silent template, no preference, AMI not visible': { subject: selfManaged([{ imageId: 'ami-gone' }]) },
    'silent template of a managed group whose copy was not seen': {
      subject: build.nodeGroup({
        nodeGroups: complete(ownTemplate),
        launchTemplates: complete(build.launchTemplate([{}])),
        autoScalingGroups: complete(),
      }),
    },
    'silent launch configuration without a node': { subject: configuration({}) },
    // Enforcement would make it critical, and a failed read changes no severity.
    'optional in the template, account default not read': {
      subject: managed(optional, { imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults') }),
    },
    // Nodes would overrule the account default, and were not seen.
    'silent template, account default required, instances denied': {
      subject: selfManaged([{ imageId: al2023Image.id }], {
        ...silentWithNode,
        imdsDefaults: known(required),
        instances: build.refused('ec2:DescribeInstances'),
      }),
    },
    'launch configuration deleted under its group': {
      subject: selfManaged([{}], { group: { launchConfiguration: 'old', launchTemplates: [] } }),
    },
    'neither launch template nor launch configuration': {
      subject: selfManaged([{}], { group: { launchTemplates: [] } }),
    },
    'launch templates denied': {
      subject: selfManaged([], { launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions') }),
    },
  },
  skip: {
    // Nobody but AWS chooses what it starts, and nothing starts a lone instance again.
    'EKS Auto Mode': { subject: lone({ 'eks:kubernetes-node-pool-name': 'system' }, required) },
    'lone instance': { subject: lone({}, optional) },
  },
})
