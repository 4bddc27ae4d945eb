import { defineCheck } from '../core/check.ts'
import { allowsImdsV1 } from '../core/imds-reach.ts'
import { notRead, unknownBecause } from '../core/read.ts'
import { fullName } from '../core/subjects.ts'
import { pass, skip } from '../core/verdict.ts'

/** For how long nothing may have called, and of which part of its nodes' hours that must be known. */
const days = 7
const share = 0.9

const action = 'cloudwatch:GetMetricData'

export default defineCheck({
  id: 'node-group-imdsv1-not-called',
  revision: 1,
  title: 'Node group has no callers of IMDSv1',
  severity: 'info',
  appliesTo: 'node-group',
  optIn: true,
  why: 'Whatever still calls the metadata service with IMDSv1 loses its credentials or its configuration on the day when tokens become required.',
  fix: 'Find the callers on the nodes with aws-imds-packet-analyzer, then update their SDK or give them a role of their own, before HttpTokens becomes required.',
  references: [
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-transition-to-version-2.html',
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html',
    'https://github.com/aws/aws-imds-packet-analyzer',
  ],
  controls: [
    { framework: 'AWS Security Hub', id: 'EC2.8', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-6', mapping: 'derived' },
  ],

  evaluate({ resource, group, nodes, imdsV1Calls }) {
    // Its nodes are AWS's own: nobody else can find a caller on them.
    if (group.provisioner === 'auto-mode') return skip
    // Where no node answers IMDSv1 there is nothing to count, and no nodes are such nodes too.
    if (nodes.ok && nodes.value.every(({ imds }) => imds.ok && allowsImdsV1(imds.value) === false)) return skip
    const name = fullName(resource)
    const doubt = `Whether something on the nodes of node group ${name} calls IMDSv1 is not known.`
    const counted = imdsV1Calls ?? notRead(action, 'the calls were not asked for')
    if (!counted.ok) return unknownBecause(counted, doubt)
    const { calls, hours, nodeHours } = counted.value
    if (calls > 0) {
      return {
        status: 'fail',
        message: `Something on the nodes of node group ${name} calls the metadata service with IMDSv1.`,
        evidence: [{ what: 'MetadataNoToken', value: 'above 0', source: 'CloudWatch, metrics of its instances' }],
      }
    }
    if (!nodes.ok) return unknownBecause(nodes, doubt)
    const unread = nodes.value.find(({ imds }) => !imds.ok)?.imds
    if (unread && !unread.ok) return unknownBecause(unread, doubt)
    if (counted.value.days < days)
      return unknownBecause(notRead(action, `fewer than ${days} days were asked for`), doubt)
    if (nodeHours > 0 && hours >= nodeHours * share) return pass
    const reason = `CloudWatch has counts of less than ${share * 100} % of the hours that its nodes have run`
    return unknownBecause(notRead(action, reason), doubt)
  },
})
