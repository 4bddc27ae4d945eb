import { describe, expect, test } from '@jest/globals'
import { readCloudConfig } from '../../src/userdata/cloud-config.ts'
import { constructsOfCloudConfig } from '../../src/userdata/constructs.ts'

const found = (...lines: readonly string[]) =>
  constructsOfCloudConfig(readCloudConfig(['#cloud-config', ...lines].join('\n'), 1)).map(
    ({ id, line }) => `${line} ${id}`,
  )

const file = (path: string, ...content: readonly string[]) => [
  'write_files:',
  `  - path: ${path}`,
  '    content: |',
  ...content.map(line => `      ${line}`),
]

describe('packages', () => {
  test('that AL2023 lacks, or has to no use, are found by line', () => {
    expect(found('packages:', '  - jq', '  - ntp', '  - docker', '  - [epel-release, 7]')).toEqual([
      '4 ntp',
      '5 docker-install',
      '6 epel',
    ])
  })

  test('that AL2023 has are not', () => {
    expect(found('packages: [jq, chrony, cronie, net-tools, python3-pip, amazon-cloudwatch-agent]')).toEqual([])
  })
})

describe('write_files', () => {
  test.each([
    ['/etc/docker/daemon.json', 'docker-daemon-json'],
    ['/etc/cron.d/clean', 'cron-file'],
    ['/etc/kubernetes/kubelet/kubelet-config.json', 'kubelet-config-json'],
    ['/etc/sysconfig/network-scripts/ifcfg-eth1', 'network-scripts'],
    ['/etc/ntp.conf', 'ntp'],
    ['/etc/awslogs/awslogs.conf', 'awslogs'],
  ])('of %s is found', (path, id) => {
    expect(found(...file(path, 'x'))).toEqual([`5 ${id}`])
  })

  test.each([
    '/etc/sysctl.d/91-inotify.conf',
    '/etc/eks/nodeadm.d/10-labels.yaml',
    '/etc/systemd/system/kubelet.service.d/20-limits.conf',
    '/etc/systemd/network/10-eth1.network',
    '/etc/chrony.d/servers.conf',
  ])('of %s is not', path => {
    expect(found(...file(path, 'docker ps'))).toEqual([])
  })

  test('a drop-in that sets the variables of AL2 is found', () => {
    const path = '/etc/systemd/system/kubelet.service.d/20-arguments.conf'
    expect(found(...file(path, '[Service]', 'Environment=KUBELET_EXTRA_ARGS=-v=4'))).toEqual(['5 kubelet-drop-in'])
  })

  test('a file of profile.d that sets the variables of bootstrap.sh is found, another is not', () => {
    const path = '/etc/profile.d/bootstrap.sh'
    expect(found(...file(path, 'export USE_MAX_PODS=false'))).toEqual(['5 kubelet-extra-args-variable'])
    expect(found(...file(path, 'export HTTP_PROXY=x'))).toEqual([])
  })

  test('a cron file beside cronie is not', () => {
    expect(found('packages: [cronie]', ...file('/etc/cron.d/clean', 'x'))).toEqual([])
  })

  test('a script is judged where a command runs it', () => {
    const script = file('/opt/start.sh', '#!/bin/bash', 'docker ps')
    expect(found(...script)).toEqual([])
    expect(found(...script, 'runcmd:', '  - [bash, /opt/start.sh]')).toEqual(['6 docker-command'])
    expect(found('packages: [docker]', ...script, 'runcmd:', '  - /opt/start.sh')).toEqual(['2 docker-install'])
  })
})

test('the key ntp is no construct: cloud-init serves no Amazon Linux by it', () => {
  expect(found('ntp:', '  servers: [169.254.169.123]')).toEqual([])
})

test('a cloud-config of Ubuntu has none', () => {
  expect(found('apt:', '  preserve_sources_list: true', 'packages: [ntp, docker]')).toEqual([])
  expect(found('packages: [ntp]', 'runcmd:', '  - apt-get update')).toEqual([])
})
