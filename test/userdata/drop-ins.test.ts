import { expect, test } from '@jest/globals'
import { readUserData } from '../../src/userdata/read.ts'

const namesDropIns = (text: string) => readUserData(new TextEncoder().encode(text)).namesDropIns

const nodeConfig = `apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags: [--node-labels=from=/etc/eks/nodeadm.d]
`

test.each([
  ['a script that writes one', '#!/bin/bash\ncat > /etc/eks/nodeadm.d/10-cluster.yaml <<E\nE\n', true],
  ['a cloud-config that writes one', '#cloud-config\nwrite_files:\n  - path: /etc/eks/nodeadm.d/a.yaml\n', true],
  ['a script that does not', '#!/bin/bash\necho hello\n', undefined],
  ['a NodeConfig, which writes nothing', nodeConfig, undefined],
  ['no user data', '', undefined],
])("the folder of nodeadm's drop-ins is named by %s: %s", (_, text, expected) => {
  expect(namesDropIns(text)).toBe(expected)
})
