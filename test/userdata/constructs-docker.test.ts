import { describe, expect, test } from '@jest/globals'
import { constructTable, found, heredoc } from './constructs-table.ts'

const rows: Parameters<typeof constructTable>[1] = {
  'docker-command': {
    breaks: [
      ['docker pull nginx'],
      ['sudo /usr/bin/docker ps'],
      ['IDS=$(docker ps -q)'],
      ['docker pull nginx || true'],
      ['bash -c "docker pull $IMAGE"'],
    ],
    near: [
      ['# docker pull nginx'],
      ['echo docker pull nginx'],
      ['nerdctl pull nginx'],
      ['if command -v docker >/dev/null; then', 'docker pull nginx', 'fi'],
      ['which docker && docker pull nginx'],
      ['if [[ -x /usr/bin/docker ]]; then', 'docker pull nginx', 'fi'],
      ['source /etc/os-release', 'if [[ "$VERSION_ID" == "2" ]]; then docker pull nginx; fi'],
      ['[ -x /usr/bin/docker ] && docker pull nginx'],
      ['command -v docker || exit 0', 'docker pull nginx'],
      ['alias docker=nerdctl', 'docker pull nginx'],
      ['ln -s /usr/local/bin/nerdctl /usr/local/bin/docker', 'docker pull nginx'],
      ['mkdir /var/lib/docker'],
    ],
  },
  'docker-service': {
    breaks: [
      ['systemctl restart docker'],
      ['sudo systemctl enable --now docker.service'],
      ['service docker restart'],
      ['systemctl stop docker'],
    ],
    near: [
      ['systemctl stop docker || true'],
      ['systemctl disable docker.socket 2>/dev/null || :'],
      ['systemctl restart containerd'],
      ['systemctl is-active docker'],
      ['if systemctl is-active docker; then systemctl restart docker; fi'],
    ],
  },
  'docker-daemon-json': {
    breaks: [
      ['echo "{}" > /etc/docker/daemon.json'],
      ['jq . /etc/docker/daemon.json'],
      ['cp daemon.json /etc/docker/'],
    ],
    near: [
      ['mkdir -p /etc/docker'],
      ['rm -f /etc/docker/daemon.json'],
      ['if [ -d /etc/docker ]; then', 'echo "{}" > /etc/docker/daemon.json', 'fi'],
      heredoc('cat > /root/notes <<EOF', 'echo "{}" > /etc/docker/daemon.json'),
    ],
  },
  'docker-install': {
    breaks: [
      ['yum install -y docker'],
      ['P="jq docker"', 'dnf -y install $P'],
      ['dnf install -y docker-25.0.3-1.amzn2023'],
    ],
    near: [['yum remove -y docker'], ['yum list docker'], ['dnf install -y docker-like']],
  },
  'docker-ce': {
    breaks: [
      ['yum install -y docker-ce'],
      ['yum-config-manager --add-repo https://download.docker.com/linux/centos/docker-ce.repo'],
      ['dnf config-manager --add-repo=https://download.docker.com/linux/centos/docker-ce.repo'],
    ],
    near: [
      ['yum remove docker-ce'],
      ['yum-config-manager --add-repo https://rpm.releases.hashicorp.com/AmazonLinux/hashicorp.repo'],
      ['curl -O https://download.docker.com/linux/static/stable/x86_64/docker-27.tgz'],
    ],
  },
}

constructTable(['docker'], rows, ['docker-runtime'])

describe('a docker that the script installs', () => {
  test('is reported once, and not each command of it', () => {
    expect(found('yum install -y docker', 'systemctl start docker', 'docker pull nginx')).toEqual(['2 docker-install'])
  })

  test('leaves docker’s configuration without effect for the kubelet', () => {
    expect(found('yum install -y docker', 'echo {} > /etc/docker/daemon.json')).toEqual([
      '2 docker-install',
      '3 docker-daemon-json',
    ])
  })
})

describe('Docker as the runtime of bootstrap.sh', () => {
  test.each([
    [
      'as an argument',
      '/etc/eks/bootstrap.sh shop --container-runtime dockerd',
      ['2 bootstrap-sh', '2 docker-runtime'],
    ],
    ['by a variable', 'CONTAINER_RUNTIME=dockerd /etc/eks/bootstrap.sh shop', ['2 bootstrap-sh', '2 docker-runtime']],
    ['not where it is containerd', '/etc/eks/bootstrap.sh shop --container-runtime containerd', ['2 bootstrap-sh']],
    ['not in what is printed', 'echo /etc/eks/bootstrap.sh shop --container-runtime dockerd', []],
  ])('is found %s', (_, line, expected) => {
    expect(found(line)).toEqual(expected)
  })
})
