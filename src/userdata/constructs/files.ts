import { type Finding, finding } from './finding.ts'

/** A file of AL2. `written`: only a change of it counts, for reading it harms nobody. */
interface Al2File {
  readonly path: RegExp
  readonly finding: Finding
  readonly written?: true
}

const cron = finding('cron-file', 'cronie', 'crond', 'crontab')

// The sticky flag keeps each pattern to the start of the path.
const files: readonly Al2File[] = [
  { path: /\/etc\/eks\/bootstrap\.sh$/y, finding: finding('edit-bootstrap-sh'), written: true },
  { path: /\/etc\/kubernetes\/kubelet\/kubelet-config\.json$/y, finding: finding('kubelet-config-json') },
  { path: /\/etc\/eks\/containerd\/containerd-config\.toml$/y, finding: finding('containerd-config-toml') },
  {
    path: /\/etc\/systemd\/system\/kubelet\.service\.d\/(10-kubelet-args|30-kubelet-extra-args)\.conf$/y,
    finding: finding('kubelet-drop-in'),
  },
  { path: /\/etc\/eks\/(eni-max-pods\.txt|max-pods-calculator\.sh)$/y, finding: finding('max-pods-files') },
  { path: /\/etc\/docker\/daemon\.json$/y, finding: finding('docker-daemon-json') },
  { path: /\/etc\/sysconfig\/docker(-storage)?$/y, finding: finding('docker-daemon-json') },
  { path: /\/etc\/systemd\/system\/docker\.service\.d\/[^/]/y, finding: finding('docker-daemon-json'), written: true },
  { path: /\/etc\/cron\.(d|hourly|daily|weekly|monthly)\/[^/]/y, finding: cron, written: true },
  { path: /\/etc\/crontab$/y, finding: cron, written: true },
  { path: /\/var\/spool\/cron\/[^/]/y, finding: cron, written: true },
  { path: /\/etc\/ntp\.conf$/y, finding: finding('ntp') },
  { path: /\/etc\/awslogs\/[^/]/y, finding: finding('awslogs') },
  { path: /\/etc\/sysconfig\/network-scripts\/(ifcfg|route6?|rule6?)-/y, finding: finding('network-scripts') },
  { path: /\/etc\/dhcp\/dhclient[^/]*$/y, finding: finding('network-scripts', 'dhclient', 'dhcp-client') },
  { path: /\/etc\/yum\.repos\.d\/epel[^/]*$/y, finding: finding('epel') },
  {
    path: /\/sys\/fs\/cgroup\/(blkio|cpu|cpu,cpuacct|cpuacct|cpuset|devices|freezer|hugetlb|memory|net_cls|net_cls,net_prio|net_prio|perf_event|pids|systemd)(\/|$)/y,
    finding: finding('cgroup-v1-path', '/sys/fs/cgroup'),
  },
]

const isMatch = (pattern: RegExp, path: string) => {
  pattern.lastIndex = 0
  return pattern.test(path)
}

/**
 * The construct that the use of a file is: the files of AL2 that AL2023 does not have or does not read (those of bootstrap.sh,
 * the kubelet and containerd; docker, cron, ntp, awslogs, ifcfg; the controllers of cgroup v1).
 * @param writes whether the file is made or changed and not only read.
 */
export const constructOfFile = (path: string, writes: boolean): Finding | undefined => {
  if (!path.startsWith('/etc/') && !path.startsWith('/sys/') && !path.startsWith('/var/')) return undefined
  const file = files.find(({ path: pattern }) => isMatch(pattern, path))
  if (file === undefined || (file.written && !writes)) return undefined
  return { id: file.finding.id, unless: [...file.finding.unless, path, path.slice(0, path.lastIndexOf('/'))] }
}

/** Whether a folder or file is of the kubelet's service, whose drop-ins work on AL2023 unless they set AL2's variables. */
export const isKubeletUnit = (path: string): boolean =>
  path.startsWith('/etc/systemd/system/kubelet.service') || path.startsWith('/usr/lib/systemd/system/kubelet.service')

const al2Variable = /(?<![A-Z_])KUBELET_(EXTRA_)?ARGS/

/** Whether a text sets or reads the variables by which AL2's kubelet service takes its arguments. */
export const namesKubeletArguments = (text: string): boolean => al2Variable.test(text)

const cgroupV1 = /systemd\.unified_cgroup_hierarchy=(0|no|false|off)\b|systemd\.legacy_systemd_cgroup_controller/

/** Whether a text holds the kernel arguments that bring cgroup v1 back. */
export const namesCgroupV1 = (text: string): boolean => cgroupV1.test(text)
