import { describe, expect, test } from '@jest/globals'
import { found } from './constructs-table.ts'

type Script = readonly [name: string, lines: readonly string[], expected: readonly string[]]

const join = '/etc/eks/bootstrap.sh c'

const check = (scripts: readonly Script[]) =>
  test.each(scripts)('%s', (_, lines, expected) => {
    expect(found(...lines)).toEqual(expected)
  })

describe('a test covers its own branch and nothing behind it', () => {
  check([
    [
      'the release file is read, and another thing is tested',
      ['. /etc/os-release', 'if [ "$CAPACITY" = SPOT ]; then', join, 'else', join, 'fi'],
      ['4 bootstrap-sh', '6 bootstrap-sh'],
    ],
    [
      'the release file is read, and its variable is tested',
      ['. /etc/os-release', 'if [ "$VERSION_ID" = 2 ]; then', join, 'else', 'nodeadm init', 'fi'],
      [],
    ],
    [
      'the release is told to a log',
      ['echo "booting $(cat /etc/system-release)"', 'main() {', join, '}', 'main'],
      ['4 bootstrap-sh'],
    ],
    [
      'the release is kept in a variable that decides',
      ['R=$(cat /etc/system-release)', 'if [[ "$R" == *2023* ]]; then', 'x', 'else', join, 'fi'],
      [],
    ],
    [
      'a loop behind the branch',
      ['if grep -qi ubuntu /etc/os-release; then apt-get install -y jq; fi', 'for i in 1 2 3; do docker pull x; done'],
      ['3 docker-command'],
    ],
    [
      'a loop inside the branch',
      ['if grep -q amzn2 /etc/os-release; then', 'for i in 1 2; do docker pull x; done', 'fi'],
      [],
    ],
    [
      'a test whose answer nobody takes',
      ['command -v nodeadm', 'setup() {', 'docker ps', '}', 'setup'],
      ['4 docker-command'],
    ],
    ['a function called in the branch', ['setup() {', 'docker ps', '}', 'if command -v docker; then setup; fi'], []],
    [
      'a function called in the branch and outside',
      ['setup() {', 'docker ps', '}', 'if command -v docker; then setup; fi', 'setup'],
      ['3 docker-command'],
    ],
    ['the answer by its status', ['command -v docker', 'if [ $? -eq 0 ]; then docker ps; fi'], []],
    [
      'the status of another command',
      ['command -v docker', 'date', 'if [ $? -eq 0 ]; then', 'docker ps; fi'],
      ['5 docker-command'],
    ],
    ['the answer in a variable', ['D=$(command -v docker)', 'if [ -n "$D" ]; then docker ps; fi'], []],
    ['a variable of the branch', ['HAS=0', 'command -v docker && HAS=1', 'if [ $HAS = 1 ]; then docker ps; fi'], []],
    ['another command of the same line', ['command -v docker && docker ps; docker pull x'], ['2 docker-command']],
    [
      'a case of the distribution',
      ['case $(uname -r) in', '*amzn2*) docker ps ;;', 'esac', 'docker pull x'],
      ['5 docker-command'],
    ],
    ['a release in a pipeline', ['if cat /etc/os-release | grep -q "Amazon Linux 2$"; then docker ps; fi'], []],
    ['a list of packages in a pipeline', ['if rpm -qa | grep -q docker; then docker ps; fi'], []],
    ['the whole script in a branch', ['if command -v docker; then bash -c "docker ps"; fi'], []],
    ['a part of the release', ['. /etc/os-release', `if [ "\${VERSION_ID%%.*}" = 2 ]; then docker ps; fi`], []],
    ['the release as a number', ['. /etc/os-release', 'if (( VERSION_ID < 2023 )); then docker ps; fi'], []],
    ['a number', ['N=$(nproc)', 'if (( N > 2 )); then docker ps; fi'], ['3 docker-command']],
    ['a file that is listed', ['ls /usr/bin/docker && docker ps'], []],
    [
      'an elif',
      ['if command -v nerdctl; then x; elif command -v docker; then docker ps; else', 'docker pull x; fi'],
      ['3 docker-command'],
    ],
  ])
})

describe('a negated test covers the other branch', () => {
  check([
    [
      'a service that is started where it is not',
      ['if ! systemctl is-active --quiet docker; then', 'systemctl start docker', 'fi'],
      ['3 docker-service'],
    ],
    [
      'the other branch of it',
      ['if ! systemctl is-active --quiet docker; then', 'x', 'else', 'systemctl restart docker', 'fi'],
      [],
    ],
    ['the same by ||', ['systemctl is-active docker || systemctl start docker'], ['2 docker-service']],
    ['the same by && and a negation', ['! systemctl is-active docker && systemctl start docker'], ['2 docker-service']],
    ['|| behind a negation', ['! command -v docker || docker ps'], []],
    [
      'a file that is not there',
      ['if [ ! -f /etc/docker/daemon.json ]; then', 'echo "{}" > /etc/docker/daemon.json', 'fi'],
      ['3 docker-daemon-json'],
    ],
    [
      'a file that is there',
      ['if [ ! -f /etc/docker/daemon.json ]; then', 'x', 'else', 'echo "{}" > /etc/docker/daemon.json', 'fi'],
      [],
    ],
    [
      'a file that is written where it is not',
      ['[ -f /etc/cron.d/x ] || echo "* * * * * root x" > /etc/cron.d/x'],
      ['2 cron-file'],
    ],
    ['a file that is written where it is', ['[ -f /etc/cron.d/x ] && echo "* * * * * root x" > /etc/cron.d/x'], []],
    ['an empty answer', ['if [ -z "$(command -v docker)" ]; then', 'docker ps', 'fi'], ['3 docker-command']],
    ['an answer', ['if [ -n "$(command -v docker)" ]; then', 'docker ps', 'fi'], []],
  ])
})

describe('a loop that waits for a service', () => {
  check([
    ['until', ['until systemctl is-active --quiet docker; do sleep 1; done'], ['2 docker-service']],
    ['while not', ['while ! systemctl is-active --quiet docker; do sleep 1; done'], ['2 docker-service']],
    ['while', ['while systemctl is-active --quiet docker; do sleep 1; done'], []],
    ['for another service', ['until systemctl is-active --quiet containerd; do sleep 1; done'], []],
    [
      'where it is there',
      ['if command -v docker; then', 'until systemctl is-active docker; do sleep 1; done', 'fi'],
      [],
    ],
  ])
})

describe('an early exit covers what follows', () => {
  check([
    ['of another release', ['. /etc/os-release', '[ "$VERSION_ID" = "2" ] || exit 0', join], []],
    ['of something else', ['. /etc/os-release', '[ "$CAPACITY" = SPOT ] || exit 0', join], ['4 bootstrap-sh']],
    ['where nodeadm is', ['if command -v nodeadm >/dev/null; then', 'exit 0', 'fi', join], []],
    ['by the kernel', ['if uname -r | grep -q amzn2023; then exit 0; fi', 'docker ps'], []],
    ['by the machine', ['if uname -m | grep -q aarch64; then exit 0; fi', 'docker ps'], ['3 docker-command']],
    ['where docker is not', ['if ! command -v docker; then', 'echo none', 'exit 0', 'fi', 'docker ps'], []],
    ['where docker is', ['if command -v docker; then', 'exit 0', 'fi', 'docker ps'], ['5 docker-command']],
    ['in a group', ['command -v docker || { echo none; exit 1; }', 'docker ps'], []],
    ['in a subshell', ['command -v docker || ( exit 1 )', 'docker ps'], ['3 docker-command']],
    ['by a function', ['die() { echo "$1"; exit 1; }', 'command -v docker || die none', 'docker ps'], []],
    [
      'by a function that goes on',
      ['warn() { echo "$1"; }', 'command -v docker || warn none', 'docker ps'],
      ['4 docker-command'],
    ],
    ['in a function', ['need() { command -v "$1" || exit 1; }', 'need docker', 'docker ps'], []],
    [
      'from a function only',
      ['f() {', 'command -v docker || return', 'docker ps', '}', 'f', 'docker pull x'],
      ['7 docker-command'],
    ],
    [
      'from one round of a loop',
      ['for i in 1 2; do', 'command -v docker || continue', 'docker ps', 'done', 'docker pull x'],
      ['6 docker-command'],
    ],
    ['of a case', ['case "$(uname -r)" in', '*amzn2023*) exit 0 ;;', 'esac', 'docker ps'], []],
  ])
})

describe('a function that tests', () => {
  const has = 'has() { command -v "$1" >/dev/null 2>&1; }'
  check([
    ['for its argument', [has, 'if has docker; then docker ps; fi'], []],
    ['for another', [has, 'if has jq; then docker ps; fi'], ['3 docker-command']],
    [
      'for one after the other',
      [has, 'has jq && x', 'has docker && docker ps', 'has docker || docker ps'],
      ['5 docker-command'],
    ],
    ['negated', [has, 'if ! has docker; then', 'docker ps', 'fi'], ['4 docker-command']],
    ['by return', ['has() { if command -v $1; then return 0; fi; return 1; }', 'has docker && docker ps'], []],
    [
      'for the distribution',
      ['isAl2() { grep -q "Amazon Linux 2" /etc/os-release; }', 'if isAl2; then', join, 'fi'],
      [],
    ],
    [
      'by its output',
      ['os() { . /etc/os-release; echo $ID$VERSION_ID; }', 'if [ "$(os)" = amzn2 ]; then', join, 'fi'],
      [],
    ],
  ])
})

describe('hostile text', () => {
  const size = 200_000
  const fill = (unit: string) => unit.repeat(Math.ceil(size / unit.length))
  const numbered = (unit: string) => Array.from({ length: 5000 }, (_, at) => unit.replaceAll('#', `${at}`)).join('')

  test.each([
    ['nested branches', fill('if [ -f /a ]; then docker ps;')],
    ['branches that are empty', `${fill('then else ')} docker ps`],
    ['branches that are empty, of one if', `if a; ${fill('then\nelse\n')} docker ps`],
    ['a long elif', `if a; then b; ${numbered('elif [ -f /a# ]; then docker ps;')}`],
    ['a long case', `case a in ${fill('a) docker ps;;')}`],
    ['a long text behind many', `${fill('docker ps &&').slice(0, 96_000)} a || b ${fill('/etc/x ')}`],
    ['many exits', numbered('[ -f /a# ] || exit;docker ps;')],
    ['exits in groups', numbered('{ [ -f /a# ] || exit;')],
    ['a long chain', numbered('[ -f /a# ] && docker ps ||')],
    ['variables of variables', numbered('A=$A$(uname -r);[ "$A$A$A" ];')],
    ['many variables in a test', `A=$(uname -r);[ ${fill('$A')}`],
    ['functions that call', numbered('f#() { [ -f /a# ] || exit; docker ps; };f#;')],
    ['a function that is called', `f() { if [ -f /a ]; then docker ps; fi; };${fill('f&&')}`],
    ['nested groups', `${fill('{ docker ps||')}`],
    ['nested substitutions', fill('a=$(uname -r || docker ps ')],
    ['loops in loops', fill('for a in b c; do until systemctl is-active docker; do ')],
    ['scripts within branches', fill('if a; then sh -c "[ -f /a ] || exit; docker ps";')],
  ])('%s: judged to the end', (_, text) => {
    expect(found(text).length).toBeLessThan(100_000)
  })
})
