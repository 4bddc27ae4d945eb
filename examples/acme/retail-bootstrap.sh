#!/bin/bash
set -o xtrace
/etc/eks/bootstrap.sh storefront --kubelet-extra-args '--node-labels=node.kubernetes.io/lifecycle=spot'
