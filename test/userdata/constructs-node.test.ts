import { describe, expect, test } from '@jest/globals'
import { constructTable, found, heredoc } from './constructs-table.ts'

constructTable(['bootstrap'], {
  'bootstrap-sh': {
    breaks: [
      ['/etc/eks/bootstrap.sh demo'],
      ['sudo bash -x /etc/eks/bootstrap.sh demo'],
      ['B=/etc/eks/bootstrap.sh', '$B demo'],
      ['[ -f /etc/eks/bootstrap.sh ] && /etc/eks/bootstrap.sh demo'],
    ],
    near: [
      ['# /etc/eks/bootstrap.sh demo'],
      ['echo "/etc/eks/bootstrap.sh demo"'],
      ['cat /etc/eks/bootstrap.sh'],
      ['if grep -q "Amazon Linux 2" /etc/os-release; then', '/etc/eks/bootstrap.sh demo', 'fi'],
      ['if ! command -v nodeadm; then /etc/eks/bootstrap.sh demo; kubectl get nodes; fi'],
      ['apt-get update', '/etc/eks/bootstrap.sh demo'],
      heredoc('cat > /root/notes <<EOF', '/etc/eks/bootstrap.sh demo'),
    ],
  },
  'edit-bootstrap-sh': {
    breaks: [
      ["sed -i 's/a/b/' /etc/eks/bootstrap.sh"],
      ['cp /tmp/mine.sh /etc/eks/bootstrap.sh'],
      ['echo "set -x" | sudo tee -a /etc/eks/bootstrap.sh'],
      ['echo "exit 0" >> /etc/eks/bootstrap.sh'],
    ],
    near: [
      ['grep -q nodeadm /etc/eks/bootstrap.sh'],
      ['cp /etc/eks/bootstrap.sh /tmp/copy.sh'],
      ['chmod +x /etc/eks/bootstrap.sh'],
      ["sed -n '1,5p' /etc/eks/bootstrap.sh"],
    ],
  },
  'kubelet-extra-args-variable': {
    breaks: [
      ['export KUBELET_EXTRA_ARGS="--max-pods=20"'],
      ['export USE_MAX_PODS=false'],
      ['declare -x USE_MAX_PODS=false'],
    ],
    near: [['KUBELET_EXTRA_ARGS="--max-pods=20"'], ['export NODE_LABELS=a=b'], ['echo "export USE_MAX_PODS=false"']],
  },
  'kubelet-config-json': {
    breaks: [
      ["jq '.a=1' /etc/kubernetes/kubelet/kubelet-config.json > /tmp/k"],
      ['F=/etc/kubernetes/kubelet/kubelet-config.json', 'cat <<< "$(jq .a=1 $F)" > "$F"'],
      ['D=/etc/kubernetes/kubelet', 'sed -i s/a/b/ $D/kubelet-config.json'],
    ],
    near: [
      ["jq '.a=1' /etc/kubernetes/kubelet/config.json"],
      ['echo "{}" > /etc/kubernetes/kubelet/config.json.d/50-mine.conf'],
      ['rm -f /etc/kubernetes/kubelet/kubelet-config.json'],
      [
        'if [ -f /etc/kubernetes/kubelet/kubelet-config.json ]; then',
        'jq . /etc/kubernetes/kubelet/kubelet-config.json',
        'fi',
      ],
      [
        'test -e /etc/kubernetes/kubelet/kubelet-config.json || exit 0',
        'jq . /etc/kubernetes/kubelet/kubelet-config.json',
      ],
    ],
  },
  'kubelet-drop-in': {
    breaks: [
      ['echo x > /etc/systemd/system/kubelet.service.d/10-kubelet-args.conf'],
      ["sed -i 's/a/b/' /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf"],
      [
        'printf "[Service]\\nEnvironment=KUBELET_EXTRA_ARGS=-v=4" | tee /etc/systemd/system/kubelet.service.d/90-x.conf',
      ],
      ["sed -i 's/KUBELET_EXTRA_ARGS/KUBELET_EXTRA_ARGS --v=4/' /etc/systemd/system/kubelet.service"],
    ],
    near: [
      ['mkdir -p /etc/systemd/system/kubelet.service.d'],
      ['echo "[Service]" > /etc/systemd/system/kubelet.service.d/20-limits.conf'],
      ['echo "Environment=NODEADM_KUBELET_ARGS=-v=4" > /etc/systemd/system/kubelet.service.d/20-args.conf'],
      heredoc('cat <<EOF > /etc/systemd/system/kubelet.service.d/20-limits.conf', '[Service]\nLimitNOFILE=1000'),
    ],
  },
  'containerd-config-toml': {
    breaks: [
      ['cp my.toml /etc/eks/containerd/containerd-config.toml'],
      ["sed -i 's/a/b/' /etc/eks/containerd/containerd-config.toml"],
      ['cp containerd-config.toml /etc/eks/containerd/'],
    ],
    near: [
      ['mkdir -p /etc/containerd/certs.d/docker.io'],
      ['cat /etc/containerd/config.toml'],
      ['[ -e /etc/eks/containerd/containerd-config.toml ] && cat /etc/eks/containerd/containerd-config.toml'],
    ],
  },
  'max-pods-files': {
    breaks: [
      ['grep m5.large /etc/eks/eni-max-pods.txt'],
      ['MAX=$(/etc/eks/max-pods-calculator.sh --instance-type-from-imds)'],
      ['echo "m5.large 110" >> /etc/eks/eni-max-pods.txt'],
    ],
    near: [
      ['echo /etc/eks/eni-max-pods.txt'],
      ['[ -f /etc/eks/eni-max-pods.txt ] && grep m5 /etc/eks/eni-max-pods.txt'],
      ['curl -O https://example.com/max-pods-calculator.sh', './max-pods-calculator.sh'],
    ],
  },
})

describe('work after bootstrap.sh', () => {
  test.each([
    ['kubectl label node', '3 after-bootstrap'],
    ['systemctl restart kubelet', '3 after-bootstrap'],
    ['NODE=$(kubectl get node)', '3 after-bootstrap'],
  ])('is found in %s', (line, expected) => {
    expect(found('/etc/eks/bootstrap.sh demo', line, 'kubectl get pods')).toEqual(['2 bootstrap-sh', expected])
  })

  test.each([
    ['echo done; logger done; date; set +x; exit 0'],
    ['STATUS=$?; [ $STATUS -eq 0 ] || exit 1'],
    ['exec > /var/log/x'],
    ['# kubectl get nodes'],
  ])('is not found in %s', line => {
    expect(found('/etc/eks/bootstrap.sh demo', line)).toEqual(['2 bootstrap-sh'])
  })

  test('is no other command of the pipeline', () => {
    expect(found('/etc/eks/bootstrap.sh demo 2>&1 | tee /var/log/bootstrap.log')).toEqual(['2 bootstrap-sh'])
  })

  test('is found behind the branches that call bootstrap.sh, not within them', () => {
    const branches = [
      'if [ -n "$SPOT" ]; then',
      '/etc/eks/bootstrap.sh a',
      'else',
      '/etc/eks/bootstrap.sh b',
      'mkdir /x',
      'fi',
    ]
    expect(found(...branches)).toEqual(['3 bootstrap-sh', '5 bootstrap-sh'])
    expect(found(...branches, 'kubectl get nodes')).toContain('8 after-bootstrap')
  })
})
