import type { UserDataProblem } from '../core/user-data.ts'

/**
 * The flags of the last bootstrap.sh of Amazon Linux 2, each with the environment variable that it takes the place of.
 * `--service-ipv4-cidr` came in May 2025: an older AMI takes it and its value for positional arguments.
 */
const variables: ReadonlyMap<string, string> = new Map([
  ['--apiserver-endpoint', 'APISERVER_ENDPOINT'],
  ['--b64-cluster-ca', 'B64_CLUSTER_CA'],
  ['--service-ipv4-cidr', 'SERVICE_IPV4_CIDR'],
  ['--service-ipv6-cidr', 'SERVICE_IPV6_CIDR'],
  ['--ip-family', 'IP_FAMILY'],
  ['--dns-cluster-ip', 'DNS_CLUSTER_IP'],
  ['--kubelet-extra-args', 'KUBELET_EXTRA_ARGS'],
  ['--use-max-pods', 'USE_MAX_PODS'],
  ['--local-disks', 'LOCAL_DISKS'],
  ['--containerd-config-file', 'CONTAINERD_CONFIG_FILE'],
  ['--enable-local-outpost', 'ENABLE_LOCAL_OUTPOST'],
  ['--cluster-id', 'CLUSTER_ID'],
  ['--container-runtime', 'CONTAINER_RUNTIME'],
  ['--docker-config-json', 'DOCKER_CONFIG_JSON'],
  ['--enable-docker-bridge', 'ENABLE_DOCKER_BRIDGE'],
  ['--pause-container-account', 'PAUSE_CONTAINER_ACCOUNT'],
  ['--pause-container-version', 'PAUSE_CONTAINER_VERSION'],
  ['--aws-api-retry-attempts', 'API_RETRY_ATTEMPTS'],
  ['--mount-bpf-fs', 'MOUNT_BPF_FS'],
])

/** The environment variables that bootstrap.sh reads its settings from. */
export const variablesRead: ReadonlySet<string> = new Set(variables.values())

interface ReadArguments {
  readonly clusterName?: string
  readonly arguments: ReadonlyMap<string, string | undefined>
  readonly ignored: readonly string[]
  readonly problems: readonly UserDataProblem[]
}

const equalsProblem = (flag: string, isFirst: boolean, line: number): UserDataProblem => ({
  id: 'bootstrap-flag-equals',
  message: isFirst
    ? `bootstrap.sh takes ${flag} with an equals sign for the name of the cluster; write the flag and its value as two words.`
    : `bootstrap.sh ignores ${flag} with an equals sign; write the flag and its value as two words.`,
  line,
})

const unknownProblem = (isFirst: boolean, line: number): UserDataProblem => ({
  id: 'bootstrap-unknown-flag',
  message: isFirst
    ? 'bootstrap.sh takes a flag that it does not know for the name of the cluster; remove the flag or put it into --kubelet-extra-args.'
    : 'bootstrap.sh ignores a flag that it does not know; remove the flag or put it into --kubelet-extra-args.',
  line,
})

const nameProblem = (line: number): UserDataProblem => ({
  id: 'bootstrap-no-cluster-name',
  message: 'bootstrap.sh is called without the name of a cluster and stops; give the name as its first argument.',
  line,
})

const flagProblem = (word: string, isFirst: boolean, line: number): UserDataProblem => {
  const [flag = ''] = word.split('=', 1)
  return variables.has(flag) ? equalsProblem(flag, isFirst, line) : unknownProblem(isFirst, line)
}

/**
 * The arguments of a call as bootstrap.sh on Amazon Linux 2 reads them: only `--flag value`, an argument before the
 * environment variable of its name, and everything else a positional argument, the first of which names the cluster.
 * An undefined word or variable is one that is computed.
 */
export const readArguments = (
  words: readonly (string | undefined)[],
  environment: ReadonlyMap<string, string | undefined>,
  line: number,
): ReadArguments => {
  const given = new Map<string, string | undefined>()
  for (const [flag, variable] of variables) if (environment.has(variable)) given.set(flag, environment.get(variable))
  const positional: (string | undefined)[] = []
  for (let place = 0; place < words.length; place += 1) {
    const word = words[place]
    if (word === undefined || !variables.has(word)) positional.push(word)
    else {
      place += 1
      if (place < words.length) given.set(word, words[place])
    }
  }
  const problems: UserDataProblem[] = positional.length === 0 ? [nameProblem(line)] : []
  const ignored: string[] = []
  for (const [place, word] of positional.entries()) {
    if (word?.startsWith('--') !== true) continue
    problems.push(flagProblem(word, place === 0, line))
    const [flag = ''] = word.split('=', 1)
    if (variables.has(flag)) ignored.push(flag)
  }
  const [name] = positional
  const named = name !== undefined && name !== '' && !name.startsWith('--')
  return { ...(named && { clusterName: name }), arguments: given, ignored, problems }
}
