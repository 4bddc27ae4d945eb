import { defineCheck } from '../core/check.ts'
import { breaksWhen, judgeConstructs } from '../core/user-data-constructs.ts'
import { idsOfFamilies } from '../userdata/constructs.ts'

export default defineCheck({
  id: 'user-data-without-al2-tools',
  revision: 1,
  title: 'Node group has user data without tools and files that only Amazon Linux 2 has',
  severity: 'medium',
  appliesTo: 'node-group',
  why: 'A script that calls what Amazon Linux 2023 no longer has stops in the middle, or goes on without what it was for: an agent that does not start, a limit that is not set, a clock that nobody corrects.',
  fix: 'Replace each construct by what the evidence names beside it, and the edits of the files of bootstrap.sh, the kubelet and containerd by fields of a NodeConfig.',
  references: [
    'https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html',
    'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html',
    'https://awslabs.github.io/amazon-eks-ami/nodeadm/',
  ],
  controls: [
    { framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'SI-2', mapping: 'derived' },
    { framework: 'CIS Controls 8.1', id: '2.2', mapping: 'derived' },
  ],

  evaluate(subject) {
    return judgeConstructs(subject, {
      severity: 'medium',
      ids: al2Only,
      asks: 'does without the tools and files of Amazon Linux 2',
      tells: (_, written) =>
        `uses tools or files in its user data that only Amazon Linux 2 has, which ${breaksWhen(written)}`,
    })
  },
})

const al2Only = idsOfFamilies('al2-tools', 'bootstrap')
// Whether bootstrap.sh is called where it works is what user-data-matches-os judges.
al2Only.delete('bootstrap-sh')
