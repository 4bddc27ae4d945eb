import { defineCheck } from '../core/check.ts'
import { breaksWhen, judgeConstructs } from '../core/user-data-constructs.ts'
import { idsOfFamilies } from '../userdata/constructs.ts'

export default defineCheck({
  id: 'user-data-without-docker',
  revision: 1,
  title: 'Node group has user data that does without Docker',
  severity: 'high',
  appliesTo: 'node-group',
  why: 'Amazon Linux 2023 runs pods by containerd and comes without Docker: a script that calls it stops there, and registry mirrors, log limits and credentials that were given to Docker are lost in silence.',
  fix: 'Remove Docker from the user data, and give containerd and the kubelet by a NodeConfig what was set for Docker.',
  references: [
    'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html',
    'https://docs.aws.amazon.com/eks/latest/userguide/dockershim-deprecation.html',
  ],
  controls: [
    { framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'SI-2', mapping: 'derived' },
    { framework: 'CIS Controls 8.1', id: '2.2', mapping: 'derived' },
  ],

  evaluate(subject) {
    return judgeConstructs(subject, {
      severity: 'high',
      ids: docker,
      asks: 'does without Docker',
      tells: (found, written) =>
        found.every(isInstallation)
          ? 'installs Docker by its user data, which no pod uses on Amazon Linux 2023'
          : `uses Docker in its user data, which ${breaksWhen(written)}`,
      weighs: found => (found.every(isInstallation) ? 'low' : 'high'),
    })
  },
})

const docker = idsOfFamilies('docker')

const isInstallation = ({ id }: { readonly id: string }) => id === 'docker-install'
