import { describe, expect, test } from '@jest/globals'
import { strToU8 } from 'fflate'
import { readUserData } from '../../src/userdata/read.ts'

const cluster = [
  'apiVersion: node.eks.aws/v1alpha1',
  'kind: NodeConfig',
  'spec:',
  '  cluster:',
  '    name: shop',
  '    apiServerEndpoint: https://example.eks.amazonaws.com',
  '    certificateAuthority: Y2VydGlmaWNhdGU=',
  '    cidr: 10.100.0.0/16',
]
const read = (...lines: readonly string[]) => readUserData(strToU8(`${lines.join('\n')}\n`))
const mime = (...parts: readonly (readonly string[])[]) => [
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="B"',
  '',
  ...parts.flatMap(part => ['--B', ...part]),
  '--B--',
]
const idsOf = ({ nodeConfig }: ReturnType<typeof read>) => nodeConfig.problems.map(({ id, line }) => `${id} ${line}`)

describe('a NodeConfig', () => {
  test('is told with the cluster that it names, its CA as a hash', () => {
    const { nodeConfig, bootstrap, cluster: named } = read(...cluster)
    expect({ ...nodeConfig, bootstrap }).toEqual({
      status: 'complete',
      missing: [],
      problems: [],
      bootstrap: 'nodeadm',
    })
    expect(named).toEqual({
      name: 'shop',
      endpoint: 'https://example.eks.amazonaws.com',
      serviceCidr: '10.100.0.0/16',
      caSha256: '03d66dd08835c1ca3f128cceacd1f31ac94163096b20f445ae84285bc0832d72',
    })
  })

  test.each([
    ['an apiVersion without a space', ['apiVersion:v1alpha1', 'kind: NodeConfig', 'spec: {}']],
    ['an apiVersion in two lines', ['apiVersion: node', '.eks.aws/v1alpha1', 'kind: NodeConfig', 'spec: {}']],
    ['another version', ['apiVersion: node.eks.aws/v1beta1', 'kind: NodeConfig', 'spec: {}']],
    [
      'a leading blank line before MIME headers',
      ['', ...mime(['Content-Type: application/node.eks.aws', '', ...cluster])],
    ],
    ['a content type that nodeadm passes over', mime(['Content-Type: text/yaml', '', ...cluster])],
  ])('that is invalid has a reason: %s', (_, lines) => {
    const { nodeConfig } = read(...lines)
    expect(nodeConfig.status).toBe('invalid')
    expect(nodeConfig.problems.length).toBeGreaterThan(0)
  })

  test('in a part whose base64 holds bytes that are no UTF-8 is invalid, as nodeadm says', () => {
    const broken = btoa(cluster.join('\n').replace('shop', 'sh\xcap'))
    const facts = read(...mime(['Content-Type: application/node.eks.aws', '', broken]))
    expect(facts.nodeConfig.status).toBe('invalid')
    expect(idsOf(facts)).toEqual(['node-config-not-utf-8 7'])
  })

  test('with a character of its own in place of bytes is as complete as nodeadm finds it', () => {
    expect(read(...cluster, '# \uFFFD').nodeConfig.status).toBe('complete')
  })

  test('warns of a containerd configuration that is no TOML, which only the start of the node shows', () => {
    const facts = read(...cluster, '  containerd:', '    config: |', '      [plugins."a"')
    expect(facts.nodeConfig.status).toBe('complete')
    expect(idsOf(facts)).toEqual(['node-config-containerd-toml 10'])
  })

  test('names a key that takes the place of an equal one', () => {
    const facts = read(...cluster, '  cluster:', '    name: other')
    expect(facts.nodeConfig.status).toBe('partial')
    expect(idsOf(facts)).toEqual(['node-config-repeated-key 9'])
  })
})

describe('what brings a node into its cluster', () => {
  const shell = '#!/bin/bash'
  test.each([
    ['a drop-in that a script writes', [shell, 'cat > /etc/eks/nodeadm.d/10.yaml <<E', ...cluster, 'E'], 'nodeadm'],
    [
      'a drop-in of cloud-config',
      ['#cloud-config', 'write_files:', '- {path: /etc/eks/nodeadm.d/a.yaml, content: a}'],
      'nodeadm',
    ],
    ['nodeadm, run by hand', [shell, 'nodeadm init --config-source file:///etc/n.yaml'], 'nodeadm'],
    ['bootstrap.sh', [shell, '/etc/eks/bootstrap.sh shop'], 'bootstrap.sh'],
    [
      'bootstrap.sh beside a NodeConfig',
      mime(
        ['Content-Type: text/x-shellscript', '', shell, '/etc/eks/bootstrap.sh shop'],
        ['Content-Type: application/node.eks.aws', '', ...cluster],
      ),
      'nodeadm',
    ],
    [
      'Start-EKSBootstrap.ps1',
      [
        '<powershell>',
        '& "C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1" -EKSClusterName shop',
        '</powershell>',
      ],
      'windows',
    ],
    ['PowerShell that calls nothing', ['<powershell>', 'Write-Host hello', '</powershell>'], 'none'],
    ['settings of Bottlerocket', ['[settings.kubernetes]', 'cluster-name = "shop"'], 'bottlerocket'],
    ['a script that does something else', [shell, 'yum install -y jq'], 'none'],
  ])('%s', (_, lines, bootstrap) => {
    expect(read(...lines).bootstrap).toBe(bootstrap)
  })

  test('calls of bootstrap.sh are kept by line, also beside a NodeConfig', () => {
    const facts = read(
      ...mime(
        ['Content-Type: text/x-shellscript', '', shell, '/etc/eks/bootstrap.sh shop'],
        ['Content-Type: application/node.eks.aws', '', ...cluster],
      ),
    )
    expect(facts.bootstrapCalls).toEqual([8])
  })
})

test('a media type that nobody knows is no fact', () => {
  const { parts } = read(
    ...mime(['Content-Type: text/x-secret', '', 'a'], ['Content-Type: text/x-shellscript', '', '#!/bin/sh']),
  )
  expect(parts.map(({ contentType }) => contentType)).toEqual(['other', 'text/x-shellscript'])
})
