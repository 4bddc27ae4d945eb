import { defineCheck } from '../core/check.ts'
import { breaksWhen, judgeConstructs } from '../core/user-data-constructs.ts'
import { idsOfFamilies } from '../userdata/constructs.ts'

export default defineCheck({
  id: 'user-data-cgroup-v2-ready',
  revision: 1,
  title: 'Node group has user data that is ready for cgroup v2',
  severity: 'medium',
  appliesTo: 'node-group',
  why: 'Amazon Linux 2023 runs cgroup v2, so a script that reads or writes the files of cgroup v1 fails there; kernel arguments that bring cgroup v1 back end with a kubelet that refuses to start on it.',
  fix: 'Read and write the unified hierarchy of cgroup v2, remove kernel arguments that bring cgroup v1 back, and update what needs cgroup v1.',
  references: [
    'https://kubernetes.io/docs/concepts/architecture/cgroups/',
    'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html',
  ],
  controls: [{ framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' }],

  evaluate(subject) {
    return judgeConstructs(subject, {
      severity: 'medium',
      ids: cgroupV1,
      asks: 'is ready for cgroup v2',
      tells: (_, written) => `counts on cgroup v1 in its user data, which ${breaksWhen(written)}`,
    })
  },
})

const cgroupV1 = idsOfFamilies('cgroup-v1')
