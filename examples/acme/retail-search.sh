#!/bin/bash
set -o errexit
REGION=$(curl -s http://169.254.169.254/latest/dynamic/instance-identity/document | jq -r .region)
INSTANCE=$(curl -s http://169.254.169.254/latest/meta-data/instance-id)
hostnamectl set-hostname "search-${INSTANCE}.${REGION}.acme.example"

/etc/eks/bootstrap.sh search \
  --kubelet-extra-args '--node-labels=acme.example/pool=indexers --register-with-taints=indexers=true:NoSchedule'

# The scanner of images still asks the Docker daemon.
systemctl enable --now docker
docker run -d --restart=always -v /var/run/docker.sock:/var/run/docker.sock registry.acme.example/image-scanner:4
