import check from '../../src/checks/node-group-imds-reachable.ts'
import { known } from '../../src/core/read.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { al2Image, al2023Image, bottlerocketImage, complete, mysteryImage } = build
const windowsImage = {
  id: 'ami-windows',
  name: 'Windows_Server-2022-English-Core-EKS_Optimized-1.31',
  platform: 'windows',
}
const disabled = { httpTokens: 'required', httpEndpoint: 'disabled' } as const
const enabled = { httpTokens: 'required', httpEndpoint: 'enabled' } as const

const inGroup = { 'kubernetes.io/cluster/shop': 'owned', 'aws:autoscaling:groupName': 'workers' }

/** A self-managed group whose template says this, and whose running nodes say that. */
const group = (
  imageId: string,
  metadataOptions: object,
  { running, ...over }: { running?: object } & Parameters<typeof build.inventory>[0] = {},
) => {
  const instances = running ? build.instances(1, 'lt-0web', '1') : []
  return build.nodeGroup({
    nodeGroups: complete(),
    launchTemplates: complete(build.launchTemplate([{ imageId, metadataOptions }])),
    autoScalingGroups: complete(build.autoScalingGroup({ instances })),
    instances: complete(
      ...instances.map(({ id }) => build.instance({ id, imageId, metadataOptions: running ?? {}, tags: inGroup })),
    ),
    images: complete(al2Image, al2023Image, bottlerocketImage, mysteryImage, windowsImage),
    ...over,
  })
}

checkTable(check, {
  pass: {
    'enabled in template and nodes': { subject: group(al2023Image.id, enabled, { running: enabled }) },
    'left out everywhere, where EC2 enables it': { subject: group(al2023Image.id, {}) },
    'enabled for a family that is not known': { subject: group(mysteryImage.id, enabled) },
    'enabled in the template, account default not read': {
      subject: group(al2Image.id, enabled, { imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults') }),
    },
  },
  fail: {
    'endpoint disabled under nodeadm': { subject: group(al2023Image.id, disabled) },
    'disabled under bootstrap.sh': { subject: group(al2Image.id, disabled) },
    'disabled under Bottlerocket': { subject: group(bottlerocketImage.id, disabled) },
    'disabled by the account default': { subject: group(al2023Image.id, {}, { imdsDefaults: known(disabled) }) },
    'disabled by hand on a running node': { subject: group(al2023Image.id, enabled, { running: disabled }) },
    'disabled in template and nodes': { subject: group(al2023Image.id, disabled, { running: disabled }) },
  },
  unknown: {
    'disabled for a family that is not known': { subject: group(mysteryImage.id, disabled) },
    'left out, account default not read': {
      subject: group(al2023Image.id, {}, { imdsDefaults: build.denied('ec2:GetInstanceMetadataDefaults') }),
    },
    'instances not read': {
      subject: group(al2023Image.id, enabled, { running: enabled, instances: build.refused('ec2:DescribeInstances') }),
    },
  },
  skip: { 'disabled for Windows': { subject: group(windowsImage.id, disabled) } },
})
