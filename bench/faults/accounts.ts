import { abroad, type Faults, home, management, payments, retail } from './organization.ts'
import type { Fault } from './play.ts'

const same = [{ run: 'ended', findings: 'same findings' }]
const inCoverage = (status: string, places: readonly string[]) => [
  { run: 'ended', findings: `in coverage: ${status} (${places.join(', ')})` },
]
const atHome = [`${payments} ${home}`]
const atAbroad = [`${payments} ${abroad}`]
const allOf = (...accounts: string[]) =>
  accounts.flatMap(account => [home, abroad].map(region => `${account} ${region}`))
/** DescribeRegions is asked at home, and without it no Region is known to be whole. */
const allOfPayments = allOf(payments)
/** A call that never gets an answer is given up soon, for eight attempts would take minutes. */
const few = { maxAttempts: 2 }
const at = { account: payments, region: home }
/** Without IAM, which is asked there for every Region. */
const there = { account: payments, region: abroad, action: ['eks:*', 'ec2:*', 'autoscaling:*'] }

const ofCluster = [
  ...['eks:DescribeCluster', 'eks:ListNodegroups', 'eks:ListAddons', 'eks:ListInsights'],
  ...['eks:ListFargateProfiles', 'eks:ListPodIdentityAssociations'],
]

/** What is read once the first calls have told what is there. */
const later = ['eks:Describe*', 'eks:ListNodegroups', 'ec2:DescribeInstances', 'autoscaling:*']

const some = (name: string, answer: NonNullable<Faults[number]['answer']>, share: number, seed: number): Fault => ({
  name,
  faults: [{ account: payments, action: '*', answer, share, seed }],
  expected: same,
})
const all = (name: string, fault: Faults[number] & object, expected: Fault['expected']): Fault => ({
  name,
  faults: [fault],
  expected,
  ...few,
})

/** Faults of the accounts that are read. @param seed which calls are struck where not all of them are */
export const accountFaults = (seed: number): Fault[] => [
  {
    name: '30 % of the calls are throttled',
    faults: [{ account: payments, action: '*', throttle: 0.3, seed }],
    expected: same,
  },
  all('EKS throttles every call', { ...at, action: 'eks:*', throttle: 1 }, inCoverage('partial', atHome)),
  all(
    'STS throttles every AssumeRole',
    { action: 'sts:AssumeRole', throttle: 1 },
    inCoverage('error', allOf(management, payments, retail)),
  ),
  some('5xx to 30 % of the calls', 'server-error', 0.3, seed),
  all(
    '5xx to every call of EC2',
    { ...at, action: 'ec2:Describe*', answer: 'server-error' },
    inCoverage('partial', allOfPayments),
  ),
  some('30 % of the connections are reset', 'reset', 0.3, seed),
  all('every connection to EKS is reset', { ...at, action: 'eks:*', answer: 'reset' }, inCoverage('partial', atHome)),
  some('10 % of the calls hang', 'hang', 0.1, seed),
  all(
    'DescribeNodegroup hangs',
    { ...at, action: 'eks:DescribeNodegroup', answer: 'hang' },
    inCoverage('partial', atHome),
  ),
  all(
    'every answer of EKS ends in its middle',
    { ...at, action: 'eks:*', answer: 'malformed' },
    inCoverage('partial', atHome),
  ),
  all(
    'every answer of EC2 ends in its middle',
    { ...at, action: 'ec2:*', answer: 'malformed' },
    inCoverage('partial', allOfPayments),
  ),
  all(
    'every answer of Auto Scaling ends in its middle',
    { ...at, action: 'autoscaling:*', answer: 'malformed' },
    inCoverage('partial', atHome),
  ),
  all(
    'credentials expire in the middle',
    { account: payments, action: later, answer: 'expired' },
    inCoverage('partial', allOfPayments),
  ),
  all(
    'a policy denies, new text',
    { ...at, action: 'eks:DescribeNodegroup', answer: 'denied' },
    inCoverage('partial', atHome),
  ),
  all(
    'a policy denies, old text',
    { ...at, action: 'ec2:Describe*', answer: 'denied-old' },
    inCoverage('partial', allOfPayments),
  ),
  all(
    'an SCP denies the Region, new text',
    { ...there, answer: 'denied-by-scp' },
    inCoverage('region-denied', atAbroad),
  ),
  all(
    'an SCP denies the Region, old text',
    { ...there, answer: 'denied-by-scp-old' },
    inCoverage('region-denied', atAbroad),
  ),
  all('the Region is not enabled', { ...there, answer: 'not-enabled' }, inCoverage('error', atAbroad)),
  all(
    'the token of ListClusters loops',
    { ...at, action: 'eks:ListClusters', answer: 'loop' },
    inCoverage('partial', atHome),
  ),
  all(
    'the token of launch templates loops',
    { ...at, action: 'ec2:DescribeLaunchTemplateVersions', answer: 'loop' },
    inCoverage('partial', atHome),
  ),
  all(
    'the token of Auto Scaling groups loops',
    { ...at, action: 'autoscaling:DescribeAutoScalingGroups', answer: 'loop' },
    inCoverage('partial', atHome),
  ),
  all('Organizations answers 5xx', { action: 'organizations:ListAccounts', answer: 'server-error' }, [
    { run: 'not begun, alarm', findings: 'nothing changed' },
  ]),
]

/** The night in which it is listed for the last time. */
export const vanishing: Fault = {
  ...few,
  name: 'a cluster is deleted between list and describe',
  meanwhile: 'vanishing',
  faults: [{ ...at, action: ofCluster, answer: 'gone' }],
  expected: same,
}
