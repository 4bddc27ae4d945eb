import check from '../../src/checks/node-config-matches-cluster.ts'
import type { NamedCluster } from '../../src/core/user-data.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'
import * as groups from '../support/user-data-groups.ts'

const { al2Image, al2023Image, mysteryImage, complete } = build
const { nodeConfig } = groups

const own = {
  name: 'shop',
  endpoint: 'https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com',
  caSha256: 'f'.repeat(64),
  serviceCidr: '10.100.0.0/16',
}
const naming = (cluster: NamedCluster) => nodeConfig('complete', { cluster })
const calling = (cluster: NamedCluster) => ({ ...groups.bootstrapCall, cluster })
const undescribed = {
  clusters: build.refused(
    'eks:DescribeCluster',
    build.cluster({}, undefined, { detail: build.denied('eks:DescribeCluster') }),
  ),
}

checkTable(check, {
  pass: {
    'all four are those of the cluster': { subject: groups.selfManaged(naming(own)) },
    'bootstrap.sh with the name alone': { subject: groups.selfManaged(calling({ name: 'shop' }), al2Image.id) },
    'endpoint in lower case and with a slash': {
      subject: groups.selfManaged(naming({ endpoint: `${own.endpoint.toLowerCase()}/` })),
    },
    'endpoint with its port': { subject: groups.selfManaged(naming({ endpoint: `${own.endpoint}:443` })) },
    'service range of an IPv6 cluster': {
      subject: groups.selfManaged(naming({ serviceCidr: 'FD00:10::/108' }), al2023Image.id, {
        clusters: complete(build.cluster({ serviceCidr: 'fd00:10::/108' })),
      }),
    },
    "Karpenter's own section": { subject: groups.karpenter(naming(own)) },
  },
  fail: {
    'CA of another cluster': { subject: groups.selfManaged(naming({ ...own, caSha256: 'e'.repeat(64) })) },
    'service CIDR of another cluster': {
      subject: groups.selfManaged(naming({ ...own, serviceCidr: '172.20.0.0/16' })),
    },
    'endpoint of another cluster': {
      subject: groups.managedWithAmi(naming({ ...own, endpoint: 'https://FEDCBA.gr7.eu-west-1.eks.amazonaws.com' })),
    },
    // EKS adds its own first, and what comes later wins.
    'another service CIDR over that which EKS adds': {
      subject: groups.managed(naming({ serviceCidr: '172.20.0.0/16' })),
    },
    'bootstrap.sh with the name and CA of another cluster': {
      subject: groups.selfManaged(calling({ name: 'pay', caSha256: 'e'.repeat(64) }), al2Image.id),
    },
    'launch configuration': { subject: groups.configured(calling({ name: 'pay' }), al2Image.id) },
    'name of another cluster on an AMI whose OS is told nowhere': {
      subject: groups.selfManaged(calling({ name: 'pay' }), mysteryImage.id),
      severity: 'medium',
    },
  },
  unknown: {
    'cluster not described': { subject: groups.selfManaged(naming(own), al2023Image.id, undescribed) },
    'cluster not described, and its name differs': {
      subject: groups.selfManaged(naming({ ...own, name: 'pay' }), al2023Image.id, undescribed),
    },
    'cluster that is being made': {
      subject: groups.selfManaged(naming(own), al2023Image.id, {
        clusters: complete(build.cluster({ status: 'CREATING', endpoint: undefined, caSha256: undefined })),
      }),
    },
    'user data that is no text': { subject: groups.selfManaged(groups.opaque) },
    'an include and no cluster': { subject: groups.selfManaged(groups.withInclude) },
    'images denied': {
      subject: groups.selfManaged(naming({ name: 'pay' }), al2023Image.id, {
        images: build.refused('ec2:DescribeImages'),
      }),
    },
  },
  skip: {
    'NodeConfig that names no cluster': { subject: groups.managed(nodeConfig('partial')) },
    'cluster not described, and none named': {
      subject: groups.selfManaged(groups.script(), al2023Image.id, undescribed),
    },
    'no user data': { subject: groups.selfManaged({}) },
    'Ubuntu with bootstrap.sh for another cluster': {
      subject: groups.selfManaged(calling({ name: 'pay' }), groups.ubuntuImage.id),
    },
    'managed group without a template of its own': { subject: build.nodeGroup() },
  },
})
