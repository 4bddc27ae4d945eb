import type { RegionCoverage } from '../../src/core/coverage.ts'
import { byPlace, type Finding, findingId } from '../../src/core/finding.ts'
import type { ScanResult } from '../../src/core/result.ts'
import { compareText } from '../../src/core/text.ts'
import type { Severity } from '../../src/core/verdict.ts'

/** One fixed result that shows everything that a report can meet. */

const accountNames = {
  '111111111111': 'security-hub',
  '222222222222': 'payments-prod',
  '333333333333': 'payments-dev',
  // An account that was asked for by its id has no other name.
  '444444444444': '444444444444',
}

const row = (
  accountId: string,
  region: string,
  status: RegionCoverage['status'],
  detail: string | null = null,
): RegionCoverage => ({ accountId, region, status, detail, failures: [] })

const noRole =
  'sts:AssumeRole of arn:aws:iam::444444444444:role/eks-node-posture-read: the role does not exist, does not trust the hub, or expects another external id'

const coverage = [
  row('111111111111', 'eu-west-1', 'ok'),
  row('111111111111', 'us-east-1', 'excluded', 'posture.yaml: scope.regions.include'),
  row(
    '222222222222',
    'eu-west-1',
    'ok',
    'not judged, for they are no instances of the account: 2 Fargate profiles of cluster shop',
  ),
  row('222222222222', 'us-east-1', 'partial', 'ec2:DescribeImages: access denied (UnauthorizedOperation)'),
  row('222222222222', 'us-west-2', 'partial', 'ec2:DescribeImages: access denied (UnauthorizedOperation)'),
  row(
    '222222222222',
    'ap-southeast-1',
    'region-denied',
    'a service control policy denies it (arn:aws:organizations::100000000000:policy/o-acme/service_control_policy/p-1)',
  ),
  row('222222222222', 'ap-southeast-3', 'region-disabled', 'the Region is not enabled for the account'),
  row(
    '333333333333',
    'eu-west-1',
    'error',
    'eks:ListClusters: still throttled after every retry (ThrottlingException)',
  ),
  row('333333333333', 'us-east-1', 'not-reached'),
  row('444444444444', 'eu-west-1', 'no-role', noRole),
  row('444444444444', 'us-east-1', 'no-role', noRole),
  row('555555555555', 'eu-west-1', 'account-inactive', 'the account is SUSPENDED'),
]

type Place = Pick<Finding, 'accountId' | 'region' | 'resource'>

const group = (accountId: string, region: string, clusterName: string, name: string): Place => ({
  accountId,
  region,
  resource: {
    type: 'node-group',
    id: `arn:aws:eks:${region}:${accountId}:nodegroup/${clusterName}/${name}/0c5d0d3e`,
    name,
    clusterName,
  },
})
const template = (accountId: string, region: string, name: string): Place => ({
  accountId,
  region,
  resource: {
    type: 'launch-template',
    id: `arn:aws:ec2:${region}:${accountId}:launch-template/lt-0${name}`,
    name,
    clusterName: null,
  },
})
const cluster = (accountId: string, region: string, name: string): Place => ({
  accountId,
  region,
  resource: { type: 'cluster', id: `arn:aws:eks:${region}:${accountId}:cluster/${name}`, name, clusterName: name },
})
const account = (accountId: string, name: string): Place => ({
  accountId,
  region: 'global',
  resource: {
    type: 'account',
    id: `arn:aws:organizations::100000000000:account/o-acme/${accountId}`,
    name,
    clusterName: null,
  },
})

const finding = (
  place: Place,
  checkId: string,
  severity: Severity,
  message: string,
  over: Partial<Finding> = {},
): Finding => ({
  id: findingId(checkId, place.resource.id),
  checkId,
  status: 'fail',
  severity,
  ...place,
  title: `Title of ${checkId}`,
  message,
  evidence: [{ what: 'HttpTokens', value: 'optional', source: 'launch template web (lt-0web) version 3' }],
  controls: [{ framework: 'AWS Security Hub', id: 'EC2.8', mapping: 'derived' }],
  owner: null,
  nodes: null,
  causedBy: [],
  waiver: null,
  ...over,
})
const unknown = (place: Place, checkId: string, action: string, reason: string): Finding =>
  finding(place, checkId, 'critical', `Whether ${place.resource.name} complies is not known.`, {
    status: 'unknown',
    evidence: [{ what: action, value: 'not read', source: reason }],
  })

const noImages = 'access denied (UnauthorizedOperation)'
const findings = [
  finding(
    group('222222222222', 'eu-west-1', 'shop', 'web'),
    'node-group-off-amazon-linux-2',
    'critical',
    'Node group web runs and starts nodes on Amazon Linux 2, which ended on 2026-06-30: create a node group with an AL2023 amiType beside it.',
  ),
  finding(
    group('111111111111', 'eu-west-1', 'tools', 'ci'),
    'node-group-off-amazon-linux-2',
    'critical',
    'Node group ci still runs nodes on Amazon Linux 2, which ended on 2026-06-30.',
  ),
  finding(
    group('222222222222', 'eu-west-1', 'shop', 'web'),
    'node-group-imdsv2-required',
    'high',
    'Node group web starts nodes that allow IMDSv1: HttpTokens is optional by the launch template.',
  ),
  finding(
    account('222222222222', 'payments-prod'),
    'account-imdsv2-default-required',
    'medium',
    'Account payments-prod does not require IMDSv2 by default in eu-west-1.',
  ),
  finding(
    cluster('222222222222', 'eu-west-1', 'shop'),
    'cluster-vpc-cni-ready',
    'medium',
    'Cluster shop will move to Amazon Linux 2023 with VPC CNI v1.12.0, older than 1.16.2.',
  ),
  finding(
    template('222222222222', 'eu-west-1', 'old'),
    'launch-template-imdsv2-required',
    'low',
    'Launch template old allows IMDSv1; no use was seen, but fleets and direct launches are not read.',
    { controls: [] },
  ),
  finding(
    template('222222222222', 'us-east-1', 'lab'),
    'launch-template-imdsv2-required',
    'info',
    'Launch template lab allows IMDSv1.',
  ),
  unknown(
    group('222222222222', 'us-east-1', 'shop', 'a'),
    'node-group-off-amazon-linux-2',
    'ec2:DescribeImages',
    noImages,
  ),
  unknown(
    group('222222222222', 'us-east-1', 'shop', 'b'),
    'node-group-off-amazon-linux-2',
    'ec2:DescribeImages',
    noImages,
  ),
  unknown(
    group('222222222222', 'us-west-2', 'shop', 'a'),
    'node-group-imdsv2-required',
    'ec2:DescribeImages',
    noImages,
  ),
  // The same cause in another account is another cause: somebody else mends it.
  unknown(
    group('111111111111', 'eu-west-1', 'tools', 'cd'),
    'node-group-off-amazon-linux-2',
    'ec2:DescribeImages',
    noImages,
  ),
  unknown(
    cluster('222222222222', 'eu-west-1', 'pay'),
    'cluster-vpc-cni-ready',
    'eks:ListAddons',
    'VPC CNI is no EKS add-on of the cluster, and posture.yaml expects no vpcCni',
  ),
]

export const result: ScanResult = {
  firstSeen: {},
  run: { id: '2026-11-22T02:00:00.000Z-3fa91c', startedAt: '2026-11-22T02:00:00.000Z', scope: {} },
  finishedAt: '2026-11-22T02:10:00.000Z',
  toolVersion: '0.1.0',
  undelivered: null,
  accountNames,
  coverage: coverage.toSorted((a, b) => compareText(a.accountId, b.accountId) || compareText(a.region, b.region)),
  findings: findings.toSorted(byPlace),
  verdicts: { pass: 41, fail: 7, unknown: 5, skip: 3 },
  looked: { clusters: 4, nodeGroups: 12, launchTemplates: 1 },
  apiCalls: { 'ec2:DescribeRegions': 3, 'eks:ListClusters': 12 },
}

/** A result without anything to complain of. */
export const clean: ScanResult = {
  ...result,
  coverage: coverage.slice(0, 1),
  findings: [],
  verdicts: { pass: 9, fail: 0, unknown: 0, skip: 0 },
  looked: { clusters: 1, nodeGroups: 2, launchTemplates: 0 },
}
