import { constructTable } from './constructs-table.ts'

constructTable(['al2-tools'], {
  'amazon-linux-extras': {
    breaks: [
      ['amazon-linux-extras install -y epel'],
      ['sudo amazon-linux-extras enable docker'],
      ['yum install -y amazon-linux-extras'],
    ],
    near: [
      ['command -v amazon-linux-extras && amazon-linux-extras install -y epel'],
      ['echo amazon-linux-extras'],
      ['dnf install -y amazon-cloudwatch-agent'],
    ],
  },
  epel: {
    breaks: [
      ['yum install -y epel-release'],
      ['yum install -y https://dl.fedoraproject.org/pub/epel/epel-release-latest-7.noarch.rpm'],
      ['yum-config-manager --enable epel'],
      ['yum --enablerepo=epel install -y htop'],
      ['yum install -y --enablerepo epel htop'],
    ],
    near: [['yum install -y htop'], ['yum-config-manager --enable mine'], ['yum --disablerepo=epel install -y htop']],
  },
  'cron-file': {
    breaks: [
      ["echo '* * * * * root x' > /etc/cron.d/x"],
      ['cp job /etc/cron.daily/'],
      ['echo x >> /var/spool/cron/root'],
      ['echo x | sudo tee -a /etc/crontab'],
    ],
    near: [
      ['dnf install -y cronie', "echo '* * * * * root x' > /etc/cron.d/x"],
      ['ls /etc/cron.d/'],
      ['rm -f /etc/cron.daily/update'],
      ['if [ -d /etc/cron.d ]; then', 'echo x > /etc/cron.d/x', 'fi'],
    ],
  },
  crontab: {
    breaks: [['crontab /tmp/jobs'], ['(crontab -l; echo x) | crontab -'], ['systemctl restart crond']],
    near: [
      ['yum -y install cronie', 'systemctl enable --now crond', 'crontab /tmp/jobs'],
      ['command -v crontab && crontab /tmp/jobs'],
      ['rpm -q cronie && systemctl restart crond'],
      ['cat /tmp/crontab'],
    ],
  },
  ntp: {
    breaks: [
      ['yum install -y ntp'],
      ['ntpdate pool.ntp.org'],
      ['systemctl start ntpd'],
      ['echo server x >> /etc/ntp.conf'],
    ],
    near: [
      ['yum install -y chrony'],
      ['echo server x >> /etc/chrony.conf'],
      ['systemctl restart chronyd'],
      ['timedatectl set-ntp true'],
    ],
  },
  python2: {
    breaks: [
      ['python /opt/tool.py'],
      ['yum install -y python2-pip'],
      ['yum install -y python-pip'],
      ['/usr/bin/python2.7 x.py'],
      ['curl -s https://e.com | python -m json.tool'],
    ],
    near: [
      ['python3 /opt/tool.py'],
      ['/usr/bin/env python3 x.py'],
      ['yum install -y python3-pip'],
      ['yum install -y python-pip-wheel'],
      ['/opt/venv/bin/python x.py'],
      ['ln -s /usr/bin/python3 /usr/bin/python', 'python x.py'],
      ['command -v python && python x.py'],
    ],
  },
  awslogs: {
    breaks: [['yum install -y awslogs'], ['systemctl start awslogsd'], ['echo x > /etc/awslogs/awslogs.conf']],
    near: [['yum install -y amazon-cloudwatch-agent'], ['aws logs describe-log-groups'], ['mkdir /etc/awslogs-mine']],
  },
  'ec2-net-utils': {
    breaks: [['yum install -y ec2-net-utils'], ['ec2ifup eth1'], ['sudo ec2ifscan']],
    near: [['yum install -y amazon-ec2-net-utils'], ['yum remove -y ec2-net-utils'], ['networkctl reload']],
  },
  'network-scripts': {
    breaks: [
      ['echo MTU=1500 >> /etc/sysconfig/network-scripts/ifcfg-eth0'],
      ['service network restart'],
      ['systemctl restart network'],
      ['ifup eth1'],
      ['echo x >> /etc/dhcp/dhclient.conf'],
    ],
    near: [
      ['systemctl restart systemd-networkd'],
      ['echo x > /etc/systemd/network/10-eth0.network'],
      ['systemctl restart network-online.target'],
      ['ip link set eth1 up'],
    ],
  },
  'net-tools': {
    breaks: [['ifconfig eth0 mtu 1500'], ['netstat -tlnp'], ['PORTS=$(netstat -tln)']],
    near: [
      ['yum install -y net-tools', 'ifconfig eth0 mtu 1500'],
      ['ip link set eth0 mtu 1500'],
      ['ss -tln'],
      ['which ifconfig && ifconfig'],
    ],
  },
  'lsb-release': {
    breaks: [['lsb_release -a'], ['yum install -y redhat-lsb-core'], ['R=$(lsb_release -rs)']],
    near: [['cat /etc/os-release'], ['command -v lsb_release && lsb_release -a'], ['cat /etc/lsb-release']],
  },
})
