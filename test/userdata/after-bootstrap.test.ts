import { describe, expect, test } from '@jest/globals'
import { found, heredoc } from './constructs-table.ts'

const call = '/etc/eks/bootstrap.sh demo'

describe('bootstrap.sh is found', () => {
  test.each([
    [['IFS=\',\' read -ra L <<< "$NODE_LABELS"', call], ['3 bootstrap-sh']],
    [['cd /etc/eks', './bootstrap.sh demo'], ['3 bootstrap-sh']],
    [['cd /etc/eks && ./bootstrap.sh demo'], ['2 bootstrap-sh']],
    [['/etc/eks//bootstrap.sh demo'], ['2 bootstrap-sh']],
    [[`cloud-init-per once bs ${call}`], ['2 bootstrap-sh']],
    [[`x=\${y:-"a}b"}`, call], ['3 bootstrap-sh']],
    [['cd /opt', './bootstrap.sh demo'], []],
    [['cloud-init-per once bs /opt/bootstrap.sh demo'], []],
  ])('%j: %j', (lines, expected) => {
    expect(found(...lines)).toEqual(expected)
  })
})

describe('other constructs are found', () => {
  test.each([
    [['cloud-init-per instance docker systemctl enable --now --no-block docker'], ['2 docker-service']],
    [['for s in docker sshd; do systemctl restart $s; done'], ['2 docker-service']],
    [['for p in ntp jq; do yum install -y $p; done'], ['2 ntp']],
    [['for s in sshd chronyd; do systemctl restart $s; done'], []],
    [['ls | xargs docker rm'], ['2 docker-command']],
    [['flock /run/x docker ps'], ['2 docker-command']],
    [['systemd-run docker ps'], ['2 docker-command']],
    [['ionice -c 3 docker ps'], ['2 docker-command']],
    [['echo "docker ps" | bash'], ['2 docker-command']],
    [['echo "docker ps" | tee /root/notes'], []],
    [
      heredoc('cat > /etc/profile.d/bootstrap.sh <<EOF', 'export KUBELET_EXTRA_ARGS="--max-pods=110"'),
      ['2 kubelet-extra-args-variable'],
    ],
    [['echo "USE_MAX_PODS=false" >> /etc/environment'], ['2 kubelet-extra-args-variable']],
    [heredoc('cat > /etc/profile.d/mine.sh <<EOF', 'export MY_KUBELET_EXTRA_ARGS=x'), []],
    [heredoc('cat > /root/notes <<EOF', 'export KUBELET_EXTRA_ARGS=x'), []],
  ])('%j: %j', (lines, expected) => {
    expect(found(...lines)).toEqual(expected)
  })
})

describe('work after bootstrap.sh', () => {
  test.each([
    ['kubectl label node x a=b'],
    ['crictl ps'],
    ['ctr --namespace k8s.io containers list'],
    ['nerdctl --namespace=k8s.io ps'],
    ['systemctl is-active --quiet kubelet'],
    ['journalctl -u kubelet'],
    ['while [ ! -f /var/lib/kubelet/kubeconfig ]; do sleep 1; done'],
    ["sed -i 's/a/b/' /etc/kubernetes/kubelet/config.json"],
    ['curl -s http://localhost:10248/healthz'],
    ['id=$(crictl ps -q)'],
  ])('that needs the node is found: %s', line => {
    expect(found(call, line)).toEqual(['2 bootstrap-sh', '3 after-bootstrap'])
  })

  test.each([
    ['yum install -y jq'],
    ['systemctl enable amazon-ssm-agent'],
    ['systemctl enable kubelet'],
    ['rm -rf /var/lib/kubelet/cpu_manager_state'],
    ['mount -a'],
    ['aws autoscaling complete-lifecycle-action'],
    ['ctr images pull x'],
    ['reboot'],
    ['curl http://localhost:8080/'],
    ['# kubectl get nodes'],
  ])('that needs no node is not: %s', line => {
    expect(found(call, line)).toEqual(['2 bootstrap-sh'])
  })

  test.each([
    ['/opt/aws/bin/cfn-signal --exit-code $? --stack s'],
    ['cfn-signal -e 0'],
    ['aws cloudformation signal-resource --status SUCCESS'],
  ])('a signal of success comes too early: %s', line => {
    expect(found(call, line, 'yum install -y jq')).toEqual(['2 bootstrap-sh', '3 signal-after-bootstrap'])
  })

  test.each([
    ['cfn-signal --success false'],
    ['aws cloudformation signal-resource --status FAILURE'],
    ['aws cloudformation describe-stacks'],
  ])('a signal of failure does not: %s', line => {
    expect(found(call, line)).toEqual(['2 bootstrap-sh'])
  })

  test.each([
    [[`${call} || { kubectl get nodes; shutdown -h now; }`]],
    [[`${call} || kubectl get nodes`]],
    [[`${call} || cfn-signal -e 1 || kubectl get nodes`]],
    [[`${call} && yum install -y jq || cfn-signal -e 1`]],
    [[`! ${call} && journalctl -u kubelet`]],
    [[`if ! ${call}; then`, 'journalctl -u kubelet', 'fi']],
    [[`if ${call}; then`, 'yum install -y jq', 'else', 'journalctl -u kubelet', 'fi']],
    [[`until ${call}; do journalctl -u kubelet; done`]],
    [['fail() { journalctl -u kubelet; }', `${call} || fail`]],
    [['bs() {', call, '}', 'bs || journalctl -u kubelet']],
    [[`trap 'kubectl drain x' TERM; ${call}`]],
    [['last() { kubectl get nodes; }', 'trap last EXIT', call]],
    [[`kubectl version; ${call}`]],
    [[`/etc/eks/bootstrap.sh "$(kubectl config current-context)"`]],
  ])('is none where the call has failed, or comes later: %j', lines => {
    expect(found(...lines).filter(one => one.endsWith('after-bootstrap'))).toEqual([])
  })

  test.each([
    [[`${call} && kubectl get nodes`], '2 after-bootstrap'],
    [[`${call} || exit 1`, 'kubectl get nodes'], '3 after-bootstrap'],
    [[`${call} || { echo failed; }`, 'kubectl get nodes'], '3 after-bootstrap'],
    [[`if ! ${call}; then`, 'exit 1', 'else', 'kubectl get nodes', 'fi'], '5 after-bootstrap'],
    [[`if ${call}; then`, 'kubectl get nodes', 'fi'], '3 after-bootstrap'],
    [[`until ${call}; do sleep 1; done`, 'kubectl get nodes'], '3 after-bootstrap'],
    [['if [ -n "$SPOT" ]; then', call, 'kubectl get nodes', 'fi'], '4 after-bootstrap'],
    [
      ['bs() { /etc/eks/bootstrap.sh "$@"; }', 'label() {', 'kubectl label node', '}', 'bs demo', 'label'],
      '4 after-bootstrap',
    ],
  ])('is found behind a call that may fail: %j', (lines, expected) => {
    expect(found(...lines).filter(one => one.endsWith('after-bootstrap'))).toEqual([expected])
  })

  test.each([
    [['bootstrap() {', call, '}', 'bootstrap']],
    [['bs() { /etc/eks/bootstrap.sh "$@"; }', 'tags() { kubectl get nodes; }', 'tags', 'yum update -y', 'bs c']],
  ])('is told by what runs later, not by what stands below: %j', lines => {
    expect(found(...lines).filter(one => one.endsWith('after-bootstrap'))).toEqual([])
  })
})
