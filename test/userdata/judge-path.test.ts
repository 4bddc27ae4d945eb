import { describe, expect, test } from '@jest/globals'
import { noUserData } from '../../src/core/launch.ts'
import type { UserDataFacts } from '../../src/core/user-data.ts'
import { type ProvisioningPath, problemsOfPath, provisioningPaths } from '../../src/userdata/judge-path.ts'

const nodeConfig = (status: UserDataFacts['nodeConfig']['status'], missing: readonly string[] = []): UserDataFacts => ({
  ...noUserData,
  format: 'mime',
  bootstrap: 'nodeadm',
  parts: [{ contentType: 'application/node.eks.aws', kind: 'nodeconfig' }],
  nodeConfig: { status, missing, problems: [] },
})

const script: UserDataFacts = {
  ...noUserData,
  format: 'mime',
  parts: [{ contentType: 'text/x-shellscript', kind: 'shell' }],
}

const bottlerocket: UserDataFacts = {
  ...noUserData,
  format: 'bottlerocket',
  bootstrap: 'bottlerocket',
  cluster: { name: 'shop', endpoint: 'https://shop.example', caSha256: '00' },
}

const broken = { id: 'bottlerocket-not-toml', message: 'No TOML.', line: 1 }

interface Case {
  readonly name: string
  readonly facts: UserDataFacts
  /** The ids of the problems by path; a path that is left out has none. */
  readonly ids: Readonly<Partial<Record<ProvisioningPath, string>>>
}

/** Where nobody adds what brings the node into its cluster. */
const alone = (id: string) => ({ 'managed-ami': id, 'self-managed': id })

const cases: readonly Case[] = [
  { name: 'nothing', facts: noUserData, ids: alone('bootstrap-missing') },
  { name: 'a script in a MIME message', facts: script, ids: alone('bootstrap-missing') },
  {
    name: 'a script alone',
    facts: { ...script, format: 'shell' },
    ids: { managed: 'user-data-not-mime', ...alone('bootstrap-missing') },
  },
  {
    name: 'cloud-config alone that calls bootstrap.sh',
    facts: { ...noUserData, format: 'cloud-config', bootstrap: 'bootstrap.sh' },
    ids: { managed: 'user-data-not-mime' },
  },
  {
    name: 'a NodeConfig alone',
    facts: { ...nodeConfig('complete'), format: 'nodeconfig' },
    ids: { managed: 'user-data-not-mime' },
  },
  { name: 'a whole NodeConfig', facts: nodeConfig('complete'), ids: {} },
  {
    name: 'a NodeConfig without a cluster section',
    facts: nodeConfig('partial', ['spec.cluster']),
    ids: alone('cluster-fields-missing'),
  },
  // What is wrong with it is a problem already, whoever provisions the node.
  { name: 'a NodeConfig that nodeadm rejects', facts: nodeConfig('invalid'), ids: {} },
  { name: 'bytes that are no text', facts: { ...noUserData, format: 'opaque' }, ids: {} },
  // What it fetches may bring the node in.
  {
    name: 'an include',
    facts: { ...script, parts: [...script.parts, { contentType: 'text/x-include-url', kind: 'include' }] },
    ids: {},
  },
  { name: 'Bottlerocket with its cluster', facts: bottlerocket, ids: {} },
  {
    name: 'Bottlerocket without a cluster',
    facts: { ...bottlerocket, cluster: {} },
    ids: alone('cluster-settings-missing'),
  },
  {
    name: 'Bottlerocket that could not be read',
    facts: { ...bottlerocket, cluster: {}, nodeConfig: { ...noUserData.nodeConfig, problems: [broken] } },
    ids: {},
  },
  {
    name: 'PowerShell that calls the bootstrap script',
    facts: { ...noUserData, format: 'powershell', bootstrap: 'windows' },
    ids: {},
  },
  {
    name: 'PowerShell that does not',
    facts: { ...noUserData, format: 'powershell' },
    ids: alone('bootstrap-missing'),
  },
]

describe.each(provisioningPaths)('nodes that are %s', path => {
  test.each(cases)('$name', ({ facts, ids }) => {
    const expected = ids[path]
    expect(problemsOfPath(facts, path).map(({ id }) => id)).toEqual(expected === undefined ? [] : [expected])
  })
})

describe('a sentence says what to do', () => {
  test('the missing fields are named, and where they come from', () => {
    const facts = nodeConfig('partial', ['spec.cluster.name', 'spec.cluster.certificateAuthority', 'spec.cluster.cidr'])
    expect(problemsOfPath(facts, 'self-managed')).toEqual([
      {
        id: 'cluster-fields-missing',
        message:
          'The NodeConfig leaves out spec.cluster.name, spec.cluster.certificateAuthority and spec.cluster.cidr, and nobody else supplies them here, so the node cannot join: take them from aws eks describe-cluster.',
        line: 1,
      },
    ])
  })

  test('one missing field', () => {
    const [problem] = problemsOfPath(nodeConfig('partial', ['spec.cluster.cidr']), 'managed-ami')
    expect(problem?.message).toBe(
      'The NodeConfig leaves out spec.cluster.cidr, and nobody else supplies it here, so the node cannot join: take it from aws eks describe-cluster.',
    )
  })

  test('Bottlerocket by its own settings', () => {
    const [problem] = problemsOfPath({ ...bottlerocket, cluster: { name: 'shop' } }, 'self-managed')
    expect(problem?.message).toContain('settings.kubernetes.api-server and settings.kubernetes.cluster-certificate')
  })

  test('Windows by its own script', () => {
    const [problem] = problemsOfPath({ ...noUserData, format: 'powershell' }, 'self-managed')
    expect(problem?.message).toContain('call it with -EKSClusterName')
  })
})
