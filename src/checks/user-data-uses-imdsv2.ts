import { defineCheck } from '../core/check.ts'
import { judgeConstructs } from '../core/user-data-constructs.ts'
import { idsOfFamilies } from '../userdata/constructs.ts'

export default defineCheck({
  id: 'user-data-uses-imdsv2',
  revision: 1,
  title: 'Node group has user data that calls the metadata service with IMDSv2',
  severity: 'high',
  appliesTo: 'node-group',
  why: 'A call without a token is refused once IMDSv2 is required, as it is on Amazon Linux 2023 nodes by default; until then it is the reason why IMDSv1 stays open to every process that can be made to fetch a URL.',
  fix: 'Fetch a token first and send it in the header X-aws-ec2-metadata-token, or call ec2-metadata or the imds helper of the EKS AMI, which do so.',
  references: [
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html',
    'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8',
    'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html',
  ],
  controls: [
    { framework: 'AWS Security Hub', id: 'EC2.8', mapping: 'derived' },
    { framework: 'CIS AWS Foundations 5.0.0', id: '5.7', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-3', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'AC-6', mapping: 'derived' },
    { framework: 'PCI DSS 4.0.1', id: '2.2.6', mapping: 'derived' },
  ],

  evaluate(subject) {
    return judgeConstructs(subject, {
      severity: 'high',
      ids: imdsv1,
      asks: 'calls the metadata service with IMDSv2 alone',
      tells: () =>
        'calls the metadata service without a token in its user data, which is refused wherever IMDSv2 is required',
    })
  },
})

const imdsv1 = idsOfFamilies('imdsv1')
