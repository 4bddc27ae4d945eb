import type { UserDataConstruct } from '../../core/user-data.ts'

type Family = 'bootstrap' | 'docker' | 'al2-tools' | 'cgroup-v1' | 'imdsv1' | 'order' | 'shell'

/** Every construct id with its advice and the family it belongs to, for docs and for the checks. */
export const constructCatalogue = [
  {
    id: 'bootstrap-sh',
    family: 'bootstrap',
    advice:
      'On AL2023 /etc/eks/bootstrap.sh only prints an error and exits with 1, so the script stops and the node does not join. Give nodeadm a NodeConfig instead and remove the call.',
  },
  {
    id: 'edit-bootstrap-sh',
    family: 'bootstrap',
    advice:
      'On AL2023 /etc/eks/bootstrap.sh is a stub that nothing calls, so a change of it has no effect. Set kubelet.config or kubelet.flags in a NodeConfig.',
  },
  {
    id: 'kubelet-extra-args-variable',
    family: 'bootstrap',
    advice:
      'KUBELET_EXTRA_ARGS and USE_MAX_PODS are variables of bootstrap.sh, and AL2023 ignores them. Set kubelet.flags, or kubelet.config.maxPods, in a NodeConfig.',
  },
  {
    id: 'kubelet-config-json',
    family: 'bootstrap',
    advice:
      'AL2023 has no /etc/kubernetes/kubelet/kubelet-config.json: reading it fails, and the kubelet does not read one that is written there. Set the fields in kubelet.config of a NodeConfig.',
  },
  {
    id: 'kubelet-drop-in',
    family: 'bootstrap',
    advice:
      'On AL2023 the kubelet service takes its arguments from nodeadm and not from KUBELET_ARGS or KUBELET_EXTRA_ARGS, so this has no effect. Set kubelet.flags or instance.environment in a NodeConfig.',
  },
  {
    id: 'containerd-config-toml',
    family: 'bootstrap',
    advice:
      'AL2023 has no /etc/eks/containerd/containerd-config.toml, so an edit fails and a new file is not read. Set containerd.config in a NodeConfig, which nodeadm merges into its own.',
  },
  {
    id: 'max-pods-files',
    family: 'bootstrap',
    advice:
      'AL2023 has neither /etc/eks/eni-max-pods.txt nor max-pods-calculator.sh; nodeadm computes the number of pods itself. Set kubelet.config.maxPods or kubelet.maxPodsExpression in a NodeConfig for another number.',
  },
  {
    id: 'docker-runtime',
    family: 'docker',
    advice:
      'This makes Docker the runtime of the kubelet, which neither AL2023 nor any Kubernetes from 1.24 on has. Remove it: containerd runs the containers of pods.',
  },
  {
    id: 'docker-command',
    family: 'docker',
    advice:
      'An AL2023 node has no docker, so the command is not found. Use nerdctl or ctr with containerd, which runs the containers of the node.',
  },
  {
    id: 'docker-service',
    family: 'docker',
    advice:
      'An AL2023 node has no docker service, so systemd fails to find the unit. Remove the line, or configure containerd by containerd.config in a NodeConfig.',
  },
  {
    id: 'docker-daemon-json',
    family: 'docker',
    advice:
      "The kubelet of AL2023 runs containers by containerd, which does not read docker's configuration. Use containerd.config in a NodeConfig, a hosts.toml for registry mirrors, and kubelet.config for container logs.",
  },
  {
    id: 'docker-install',
    family: 'docker',
    advice:
      'AL2023 has a docker package, but the kubelet does not use it: containerd runs the containers of pods, and docker does not see them. Install it only for something that needs docker itself.',
  },
  {
    id: 'docker-ce',
    family: 'docker',
    advice:
      "Docker's own repository has no packages for AL2023, so the installation fails. Use containerd with nerdctl, or the docker package of AL2023.",
  },
  {
    id: 'amazon-linux-extras',
    family: 'al2-tools',
    advice:
      'AL2023 has no amazon-linux-extras, so the command is not found. Install the package with dnf, under its name in AL2023.',
  },
  {
    id: 'epel',
    family: 'al2-tools',
    advice:
      'AL2023 has no EPEL: its release package cannot be installed and its repository is unknown. Install the package from the AL2023 repositories, or bring it along.',
  },
  {
    id: 'cron-file',
    family: 'al2-tools',
    advice:
      'AL2023 has no cron daemon until cronie is installed, so nothing runs what stands in this file. Use a systemd timer, or install cronie first and start crond.',
  },
  {
    id: 'crontab',
    family: 'al2-tools',
    advice:
      'AL2023 has neither crontab nor crond until cronie is installed. Use a systemd timer, or install cronie first.',
  },
  {
    id: 'ntp',
    family: 'al2-tools',
    advice:
      'AL2023 has neither ntpd nor ntpdate, and no ntp package. Its chrony already keeps the time by 169.254.169.123; configure chrony for other servers.',
  },
  {
    id: 'python2',
    family: 'al2-tools',
    advice:
      'AL2023 has no Python 2: its packages are gone, and python is not found or is Python 3. Port the code to Python 3 and call python3.',
  },
  {
    id: 'awslogs',
    family: 'al2-tools',
    advice: 'AL2023 has no awslogs agent and no package of it. Install amazon-cloudwatch-agent instead.',
  },
  {
    id: 'ec2-net-utils',
    family: 'al2-tools',
    advice:
      'AL2023 has no ec2-net-utils: systemd-networkd configures the interfaces, and its successor amazon-ec2-net-utils has no such commands. Use files of systemd-networkd.',
  },
  {
    id: 'network-scripts',
    family: 'al2-tools',
    advice:
      'AL2023 has no network service, no ifcfg files and no dhclient: systemd-networkd configures the interfaces. Write a file in /etc/systemd/network and run networkctl reload.',
  },
  {
    id: 'net-tools',
    family: 'al2-tools',
    advice:
      'AL2023 does not come with net-tools, so ifconfig, netstat, route and arp are not found. Use ip and ss, or install net-tools first.',
  },
  {
    id: 'lsb-release',
    family: 'al2-tools',
    advice: 'AL2023 has no lsb_release and no package of it. Read /etc/os-release instead.',
  },
  {
    id: 'cgroup-v1-path',
    family: 'cgroup-v1',
    advice:
      'AL2023 runs cgroup v2, where the folder of a single controller is absent. Use the files of the unified hierarchy: memory.max, cpu.max, cgroup.procs.',
  },
  {
    id: 'cgroup-v1-kernel-argument',
    family: 'cgroup-v1',
    advice:
      'This goes back to cgroup v1, which kubelet 1.35 and later refuse and AL2023 does not use. Remove the kernel argument and what needs cgroup v1.',
  },
  {
    id: 'imdsv1',
    family: 'imdsv1',
    advice:
      'The request carries no token, and an AL2023 node that requires IMDSv2 answers it with 401. Fetch a token first and send it in the header X-aws-ec2-metadata-token, or call imds or ec2-metadata, which do so.',
  },
  {
    id: 'signal-after-bootstrap',
    family: 'order',
    advice:
      'The signal of success comes before the node has joined: on AL2023 nodeadm starts the kubelet only after every script of the user data. Send it from a systemd unit of its own that is ordered after nodeadm-run.service.',
  },
  {
    id: 'after-bootstrap',
    family: 'order',
    advice:
      'This expects a running kubelet, as there is after bootstrap.sh, but on AL2023 every script of the user data ends before nodeadm starts it. Move the work to a systemd unit of its own that is ordered after nodeadm-run.service.',
  },
  {
    id: 'shell-without-shebang',
    family: 'shell',
    advice:
      'A shell script without an interpreter in its first line is not run, or fails to. Make #!/bin/bash its first line.',
  },
] as const satisfies readonly { readonly id: string; readonly family: Family; readonly advice: string }[]

export type ConstructId = (typeof constructCatalogue)[number]['id']

/** The ids of the constructs of some families, for a check that judges by them. */
export const idsOfFamilies = (...families: readonly Family[]): Set<string> =>
  new Set(constructCatalogue.flatMap(({ id, family }) => (families.includes(family) ? [id] : [])))

const adviceById = new Map<ConstructId, string>(constructCatalogue.map(({ id, advice }) => [id, advice]))

/** The construct of an id at a line of the decoded user data. */
export const constructAt = (id: ConstructId, line: number): UserDataConstruct => ({
  id,
  line,
  breaks: 'al2023',
  advice: adviceById.get(id) ?? '',
})
