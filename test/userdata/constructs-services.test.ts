import { constructTable } from './constructs-table.ts'

const imds = 'http://169.254.169.254/latest'

constructTable(['cgroup-v1', 'imdsv1'], {
  'cgroup-v1-path': {
    breaks: [
      ['cat /sys/fs/cgroup/memory/memory.limit_in_bytes'],
      ['mkdir -p /x; echo $$ > /sys/fs/cgroup/cpu/mine/tasks'],
      ['grep . "/sys/fs/cgroup/cpuset/$POD/cpuset.cpus"'],
    ],
    near: [
      ['cat /sys/fs/cgroup/memory.max'],
      ['cat /sys/fs/cgroup/system.slice/memory.current'],
      ['if [ -d /sys/fs/cgroup/memory ]; then', 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes', 'fi'],
      ['if [ ! -f /sys/fs/cgroup/cgroup.controllers ]; then', 'cat /sys/fs/cgroup/memory/x', 'fi'],
      ['echo /sys/fs/cgroup/memory/x'],
    ],
  },
  'cgroup-v1-kernel-argument': {
    breaks: [
      ['grubby --update-kernel=ALL --args="systemd.unified_cgroup_hierarchy=0"'],
      ["sed -i 's/quiet/quiet systemd.unified_cgroup_hierarchy=0/' /etc/default/grub"],
      ['echo "GRUB_CMDLINE_LINUX=systemd.unified_cgroup_hierarchy=0" >> /etc/default/grub'],
    ],
    near: [
      ['grubby --update-kernel=ALL --args="systemd.unified_cgroup_hierarchy=1"'],
      ['grubby --update-kernel=ALL --args="transparent_hugepage=never"'],
      ['grep -q systemd.unified_cgroup_hierarchy=0 /proc/cmdline'],
      ['echo "no systemd.unified_cgroup_hierarchy=0 here"'],
    ],
  },
  imdsv1: {
    breaks: [
      [`curl -s ${imds}/meta-data/instance-id`],
      [`META=${imds}`, 'ID=$(curl -sf $META/meta-data/instance-id)'],
      [`wget -qO- ${imds}/dynamic/instance-identity/document`],
      ['CURL="curl -s"', `$CURL ${imds}/meta-data/instance-id`],
      ['curl 169.254.169.254/latest/meta-data/'],
      ['curl "http://[fd00:ec2::254]/latest/meta-data/$WHAT"'],
    ],
    near: [
      ['TOKEN=x', `curl -H "X-aws-ec2-metadata-token: $TOKEN" ${imds}/meta-data/instance-id`],
      [`curl -X PUT ${imds}/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60"`],
      ['H="X-aws-ec2-metadata-token: $(cat /tmp/t)"', `curl -H "$H" ${imds}/meta-data/instance-id`],
      ['H="X-aws-ec2-metadata-token: abc"', `curl -H "$H" ${imds}/meta-data/instance-id`],
      [`T=$(curl -X PUT ${imds}/api/token)`, `curl "\${OPTIONS[@]}" ${imds}/meta-data/instance-id`],
      [`T=$(curl -X PUT ${imds}/api/token)`, 'if [ -z "$T" ]; then', `curl ${imds}/meta-data/instance-id`, 'fi'],
      ['imds latest/meta-data/instance-id'],
      ['ec2-metadata -z'],
      ['curl http://169.254.170.2/v2/credentials'],
      ['ping -c1 169.254.169.123; dig @169.254.169.253 example.com'],
      ['curl --noproxy 169.254.169.254 https://example.com'],
      ['export NO_PROXY=169.254.169.254'],
      [`echo curl ${imds}/meta-data/instance-id`],
      ['iptables -A OUTPUT -d 169.254.169.254 -j DROP'],
    ],
  },
})
