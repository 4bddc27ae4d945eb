import check from '../../src/checks/user-data-matches-os.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'
import * as groups from '../support/user-data-groups.ts'

const { al2Image, al2023Image, mysteryImage, complete } = build
const { bootstrapCall, nodeConfig } = groups

/** The NodeConfig and a call of bootstrap.sh in one MIME. */
const both = (status: 'complete' | 'partial' | 'invalid') => nodeConfig(status, { bootstrapCalls: [22] })

checkTable(check, {
  pass: {
    'NodeConfig on AL2023': { subject: groups.selfManaged(nodeConfig('complete')) },
    // Whether it is complete and can be read is for other checks.
    'partial NodeConfig on AL2023': { subject: groups.managedWithAmi(nodeConfig('partial')) },
    'bootstrap.sh on AL2': { subject: groups.selfManaged(bootstrapCall, al2Image.id) },
    'bootstrap.sh on a custom AMI with AL2': { subject: groups.managedWithAmi(bootstrapCall, groups.goldenAl2.id) },
    'managed group without AMI id: EKS adds the bootstrap to a script': { subject: groups.managed(groups.script()) },
    'managed group without AMI id: EKS adds all to a template without user data': { subject: groups.managed({}) },
    'managed group without AMI id on AL2': { subject: groups.managed(groups.script(), 'AL2_x86_64') },
    'Karpenter on AL2023': { subject: groups.karpenter(nodeConfig('complete')) },
  },
  fail: {
    'bootstrap.sh on AL2023': { subject: groups.selfManaged(bootstrapCall) },
    'bootstrap.sh on AL2023 from a launch configuration': { subject: groups.configured(bootstrapCall) },
    'bootstrap.sh on AL2023 in a managed group with an AMI id': { subject: groups.managedWithAmi(bootstrapCall) },
    'bootstrap.sh on AL2023, custom by name': {
      subject: groups.selfManaged(bootstrapCall, groups.goldenAl2023.id),
      severity: 'high',
    },
    'bootstrap.sh on AL2023, though nodes of the same version are in service': {
      subject: groups.inService(bootstrapCall),
      severity: 'medium',
    },
    // Half an hour is less than a node may need to join, or its group to give it up.
    'bootstrap.sh on AL2023, with nodes that have just started': {
      subject: groups.inService(bootstrapCall, al2023Image.id, {
        instances: complete(
          ...['0', '1'].map(index =>
            build.instance({ id: `i-lt-0web-1-${index}`, launchTime: '2026-11-22T01:30:00.000Z' }),
          ),
        ),
      }),
    },
    'bootstrap.sh beside a partial NodeConfig on AL2023': { subject: groups.selfManaged(both('partial')) },
    'bootstrap.sh beside a complete NodeConfig on AL2023': {
      subject: groups.selfManaged(both('complete')),
      severity: 'medium',
    },
    "bootstrap.sh beside EKS's own NodeConfig": { subject: groups.managed(bootstrapCall), severity: 'medium' },
    'NodeConfig on AL2': { subject: groups.selfManaged(nodeConfig('complete'), al2Image.id) },
    'NodeConfig on AL2, custom by name': {
      subject: groups.managedWithAmi(nodeConfig('complete'), groups.goldenAl2.id),
      severity: 'high',
    },
    'NodeConfig beside bootstrap.sh on AL2': {
      subject: groups.selfManaged(both('complete'), al2Image.id),
      severity: 'medium',
    },
    'NodeConfig beside what EKS adds on AL2': {
      subject: groups.managed(nodeConfig('partial'), 'AL2_x86_64'),
      severity: 'medium',
    },
    'AMI id and no user data': { subject: groups.managedWithAmi({}) },
    'AMI id of AL2 and no user data': { subject: groups.selfManaged({}, al2Image.id) },
    'AMI id and a script without a bootstrap': { subject: groups.managedWithAmi(groups.script()) },
    'bootstrap.sh on AL2023 in an override template alone': {
      subject: groups.mixed(
        { facts: nodeConfig('complete'), imageId: al2023Image.id },
        { facts: bootstrapCall, imageId: al2023Image.id },
      ),
    },
  },
  unknown: {
    // What brings its nodes into the cluster may stand in the image.
    'golden image without user data whose nodes are in service': { subject: groups.inService({}, mysteryImage.id) },
    'golden image of AL2023 without user data': { subject: groups.managedWithAmi({}, groups.goldenAl2023.id) },
    'AMI whose OS is told nowhere, with bootstrap.sh': { subject: groups.selfManaged(bootstrapCall, mysteryImage.id) },
    'AMI id and an include': { subject: groups.selfManaged(groups.withInclude) },
    'NodeConfig on AL2 beside an include': {
      subject: groups.selfManaged(
        nodeConfig('complete', { parts: [{ contentType: 'text/x-include-url', kind: 'include' }] }),
        al2Image.id,
      ),
    },
    'AMI id and user data that is no text': { subject: groups.selfManaged(groups.opaque) },
    'AMI id and a script that names the drop-ins of nodeadm': {
      subject: groups.selfManaged({ ...groups.script(), namesDropIns: true }),
    },
    'AMI not visible': { subject: groups.selfManaged(bootstrapCall, 'ami-gone') },
    'images denied': {
      subject: groups.selfManaged(bootstrapCall, al2023Image.id, { images: build.refused('ec2:DescribeImages') }),
    },
    'source of the AMI denied': {
      subject: groups.selfManaged(bootstrapCall, mysteryImage.id, {
        images: build.refused('ec2:DescribeImages', { ...mysteryImage, sourceImageId: al2023Image.id }),
      }),
    },
    'user data not read': {
      subject: groups.selfManaged(bootstrapCall, al2023Image.id, {
        launchTemplates: build.refused('ec2:DescribeLaunchTemplateVersions'),
      }),
    },
    'bootstrap.sh on AL2023, with nodes in service that EC2 does not list': {
      subject: groups.inService(bootstrapCall, al2023Image.id, { instances: complete() }),
    },
    // Nodes in service would make it less severe.
    'bootstrap.sh on AL2023, instances denied': {
      subject: groups.inService(bootstrapCall, al2023Image.id, { instances: build.refused('ec2:DescribeInstances') }),
    },
  },
  skip: {
    'Ubuntu with bootstrap.sh': { subject: groups.selfManaged(bootstrapCall, groups.ubuntuImage.id) },
    'managed group without a template of its own': { subject: build.nodeGroup() },
    Bottlerocket: { subject: groups.selfManaged(bootstrapCall, build.bottlerocketImage.id) },
    'nodes that belong to no group': { subject: groups.standalone() },
  },
})
