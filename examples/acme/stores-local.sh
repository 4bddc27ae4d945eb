#!/bin/bash
/etc/eks/bootstrap.sh store-042 --enable-local-outpost true --kubelet-extra-args '--node-labels=acme.example/site=store-042'
