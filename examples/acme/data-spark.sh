#!/bin/bash
set -ex
amazon-linux-extras install -y docker epel
yum install -y ntp awslogs
systemctl enable --now docker ntpd
cat > /etc/docker/daemon.json <<'JSON'
{ "registry-mirrors": ["https://mirror.acme.example"] }
JSON
echo 512 > /sys/fs/cgroup/memory/spark/memory.swappiness
sed -i 's/"evictionHard"/"evictionHardOld"/' /etc/kubernetes/kubelet/kubelet-config.json
/etc/eks/bootstrap.sh lake --container-runtime dockerd --enable-docker-bridge true
