import { expect, test } from '@jest/globals'
import { al2023AmiFor } from '../../src/core/instance-types.ts'

test.each([
  ['m5.large', 'AL2023_x86_64_STANDARD'],
  ['m5zn.large', 'AL2023_x86_64_STANDARD'],
  ['m7i-flex.large', 'AL2023_x86_64_STANDARD'],
  ['hpc6id.32xlarge', 'AL2023_x86_64_STANDARD'],
  ['u-6tb1.metal', 'AL2023_x86_64_STANDARD'],
  ['u7in-16tb.224xlarge', 'AL2023_x86_64_STANDARD'],
  ['z1d.large', 'AL2023_x86_64_STANDARD'],
  ['t4g.small', 'AL2023_ARM_64_STANDARD'],
  ['m6gd.large', 'AL2023_ARM_64_STANDARD'],
  ['c7gn.large', 'AL2023_ARM_64_STANDARD'],
  ['im4gn.large', 'AL2023_ARM_64_STANDARD'],
  ['is4gen.large', 'AL2023_ARM_64_STANDARD'],
  ['i8ge.large', 'AL2023_ARM_64_STANDARD'],
  ['hpc7g.16xlarge', 'AL2023_ARM_64_STANDARD'],
  ['g4dn.xlarge', 'AL2023_x86_64_NVIDIA'],
  ['p3dn.24xlarge', 'AL2023_x86_64_NVIDIA'],
  ['p6-b200.48xlarge', 'AL2023_x86_64_NVIDIA'],
  ['g5g.xlarge', 'AL2023_ARM_64_NVIDIA'],
  ['p6e-gb200.36xlarge', 'AL2023_ARM_64_NVIDIA'],
  ['inf1.xlarge', 'AL2023_x86_64_NEURON'],
  ['trn1n.32xlarge', 'AL2023_x86_64_NEURON'],
  ['a1.large', 'none'],
  ['g2.2xlarge', 'none'],
  ['g3.4xlarge', 'none'],
  ['g3s.xlarge', 'none'],
  ['p2.xlarge', 'none'],
  // An AMD GPU, Gaudi and an FPGA have no AMI of EKS on Amazon Linux 2 either; and what is new is not known.
  ['g4ad.xlarge', 'not known'],
  ['dl1.24xlarge', 'not known'],
  ['f1.2xlarge', 'not known'],
  ['p9.large', 'not known'],
  ['q1.large', 'not known'],
  ['', 'not known'],
])('the AL2023 AMI for %s is %s', (instanceType, amiType) => {
  expect(al2023AmiFor(instanceType).amiType).toBe(amiType)
})
