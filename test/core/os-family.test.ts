import { describe, expect, test } from '@jest/globals'
import type { Decision } from '../../src/core/decision.ts'
import type { Image } from '../../src/core/inventory.ts'
import { decideOs, familyOfImage, familyOfParameter, isEksPublished, type OsFamily } from '../../src/core/os-family.ts'
import { known } from '../../src/core/read.ts'
import { accountId, al2Image, al2023Image, denied, eksOwner, mysteryImage } from '../support/build.ts'

type Family = OsFamily | undefined

const names: readonly (readonly [string, Family])[] = [
  ['amazon-eks-node-1.29-v20251120', 'al2'],
  ['amazon-eks-node-1.30-v20251120', 'al2'],
  ['amazon-eks-gpu-node-1.29-v20251120', 'al2'],
  ['amazon-eks-arm64-node-1.29-v20251120', 'al2'],
  ['amazon-eks-node-al2023-x86_64-standard-1.31-v20261101', 'al2023'],
  ['amazon-eks-node-al2023-arm64-standard-1.31-v20261101', 'al2023'],
  ['amazon-eks-node-al2023-x86_64-nvidia-560-1.31-v20261101', 'al2023'],
  ['amazon-eks-node-al2023-x86_64-neuron-1.31-v20261101', 'al2023'],
  // The names that the Makefile of awslabs/amazon-eks-ami gives to custom builds.
  ['amazon-eks-fips-node-1.29-v20251120', 'al2'],
  ['amazon-eks-arm64-fips-node-1.29-v20251120', 'al2'],
  ['amazon-eks-al2023-node-1.31-v20261101', 'al2023'],
  ['amazon-eks-al2023-arm64-node-1.31-v20261101', 'al2023'],
  ['amazon-eks-al2023-fips-nvidia-node-1.31-v20261101', 'al2023'],
  ['amzn2-ami-hvm-2.0.20250801.0-x86_64-gp2', 'al2'],
  ['amzn2-ami-kernel-5.10-hvm-2.0.20250801.0-arm64-gp2', 'al2'],
  ['al2023-ami-2023.9.20261101.0-kernel-6.1-x86_64', 'al2023'],
  ['al2023-ami-minimal-2023.9.20261101.0-kernel-6.1-arm64', 'al2023'],
  ['bottlerocket-aws-k8s-1.31-x86_64-v1.40.0-abcdef12', 'bottlerocket'],
  ['bottlerocket-aws-k8s-1.31-nvidia-fips-aarch64-v1.40.0-abcdef12', 'bottlerocket'],
  ['ubuntu-eks/k8s_1.31/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20261101', 'ubuntu'],
  ['ubuntu-eks-pro/k8s_1.31/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20261101', 'ubuntu'],
  ['ubuntu/images/hvm-ssd/ubuntu-focal-20.04-amd64-server-20250101', 'ubuntu'],
  ['Windows_Server-2022-English-Core-EKS_Optimized-1.31-2026.11.11', 'windows'],
  // A prefix of somebody's own makes it somebody's own name.
  ['my-amazon-eks-node-al2023-x86_64-standard-1.31-v20261101', undefined],
  ['my-amazon-eks-node-1.29-v20251120', undefined],
  ['copy of amzn2-ami-hvm-2.0.20250801.0-x86_64-gp2', undefined],
  // Amazon Linux 1, and names that only begin alike.
  ['amzn-ami-hvm-2018.03.0.20231106-x86_64-gp2', undefined],
  ['amazon-eks-nodes-1.29', undefined],
  ['amazon-eks-node-', undefined],
  ['amazon-eks-node-al2024-x86_64-standard-1.40-v20290101', undefined],
  ['golden-amzn2', undefined],
  ['', undefined],
]

test.each(names)('the name "%s" is of %s', (name, family) => {
  expect(familyOfImage({ id: 'ami-1', name, ownerId: eksOwner })?.os).toBe(family)
})

const descriptions: readonly (readonly [string, Family])[] = [
  ['EKS Kubernetes Worker AMI with AmazonLinux2 image, (k8s: 1.29.15, containerd:1.7.*)', 'al2'],
  ['EKS-optimized Kubernetes node based on Amazon Linux 2023, (k8s: 1.31.3, containerd:1.7.*)', 'al2023'],
  ['Amazon Linux 2 AMI 2.0.20250801.0 x86_64 HVM gp2', 'al2'],
  ['Amazon Linux 2023 AMI 2023.9.20261101.0 x86_64 HVM kernel-6.1', 'al2023'],
  ['amazon linux 2 hardened', 'al2'],
  ['built on Amazon Linux 2.', 'al2'],
  // Both words, or a year that is neither: nobody can tell.
  ['Amazon Linux 2023 successor of our Amazon Linux 2 image', undefined],
  ['Amazon Linux 2022 preview', undefined],
  ['Amazon Linux AMI 2018.03', undefined],
  ['golden image', undefined],
  ['', undefined],
]

test.each(descriptions)('the description "%s" is of %s', (description, family) => {
  expect(familyOfImage({ ...mysteryImage, description })?.os).toBe(family)
})

describe('an image', () => {
  test('is told by its name before its description', () => {
    expect(familyOfImage({ ...al2023Image, description: 'was Amazon Linux 2' })?.os).toBe('al2023')
  })

  test('of the platform Windows is Windows, in whatever case', () => {
    expect(familyOfImage({ ...mysteryImage, platform: 'Windows' })).toEqual({ os: 'windows', how: 'by its platform' })
    expect(familyOfImage({ ...mysteryImage, platform: 'windows' })?.os).toBe('windows')
  })

  test('with an EKS name under another owner is of that family, and the answer names the owner', () => {
    expect(familyOfImage({ ...al2Image, ownerId: accountId })).toEqual({
      os: 'al2',
      how: `by name ${al2Image.name}, owner ${accountId}`,
    })
  })

  test('is published by EKS where its owner is one of the accounts of EKS', () => {
    expect(isEksPublished(al2Image)).toBe(true)
    expect(isEksPublished({ ...al2Image, ownerId: '013241004608' })).toBe(true)
    expect(isEksPublished({ ...al2Image, ownerId: accountId })).toBe(false)
    expect(isEksPublished({ id: 'ami-1' })).toBe(false)
  })
})

const eks = '/aws/service/eks/optimized-ami/1.31'
const parameters: readonly (readonly [string, Family])[] = [
  [`${eks}/amazon-linux-2/recommended/image_id`, 'al2'],
  [`${eks}/amazon-linux-2-arm64/recommended/image_id`, 'al2'],
  [`${eks}/amazon-linux-2-gpu/amazon-eks-gpu-node-1.31-v20251120/image_id`, 'al2'],
  [`${eks}/amazon-linux-2023/x86_64/standard/recommended/image_id`, 'al2023'],
  [`${eks}/amazon-linux-2023/arm64/nvidia/recommended/image_id:3`, 'al2023'],
  ['/aws/service/bottlerocket/aws-k8s-1.31-nvidia/x86_64/latest/image_id', 'bottlerocket'],
  ['/aws/service/canonical/ubuntu/eks/22.04/1.31/stable/current/amd64/hvm/ebs-gp2/ami-id', 'ubuntu'],
  ['/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.31/image_id', 'windows'],
  [`arn:aws:ssm:eu-west-1::parameter${eks}/amazon-linux-2/recommended/image_id`, 'al2'],
  // Names that only contain one of AWS's are the user's own.
  [`/golden${eks}/amazon-linux-2/recommended/image_id`, undefined],
  ['/mirror/aws/service/bottlerocket/latest', undefined],
  [`arn:aws:ssm:eu-west-1:111122223333:parameter/golden${eks}/amazon-linux-2/recommended/image_id`, undefined],
  ['/aws/service/eks/optimized-ami/1.31/amazon-linux-3/recommended/image_id', undefined],
  ['/golden/eks/current', undefined],
]

test.each(parameters)('the parameter %s is of %s', (name, family) => {
  expect(familyOfParameter(name)).toBe(family)
})

describe('the decision', () => {
  const decided = ({ value, decidedBy }: Decision<OsFamily>) => `${value ?? 'unknown'} by ${decidedBy}`
  const seen = (image: Image) => ({ image: known(image) })

  test.each([
    ['AL2_x86_64', 'al2'],
    ['AL2_x86_64_GPU', 'al2'],
    ['AL2_ARM_64', 'al2'],
    ['AL2023_x86_64_STANDARD', 'al2023'],
    ['AL2023_ARM_64_NVIDIA', 'al2023'],
    ['BOTTLEROCKET_ARM_64_FIPS', 'bottlerocket'],
    ['WINDOWS_FULL_2025_x86_64', 'windows'],
  ])('takes the amiType %s before anything else', (amiType, os) => {
    expect(decided(decideOs({ image: denied('ec2:DescribeImages') }, amiType))).toBe(`${os} by node group`)
  })

  test.each(['AL2030_x86_64_STANDARD', 'CUSTOM', ''])(
    'looks at the image where the amiType "%s" tells nothing',
    amiType => {
      const decision = decideOs(seen(al2Image), amiType)
      expect(decided(decision)).toBe('al2 by image')
      expect(decision.trace[0]).toEqual({ level: 'node group', source: 'node group', said: amiType })
    },
  )

  test("takes AWS's public parameter before the image, which may not be visible", () => {
    const parameter = `${eks}/amazon-linux-2/recommended/image_id`
    expect(decided(decideOs({ image: denied('ssm:GetParameters'), parameter }))).toBe('al2 by image parameter')
  })

  test("asks the image behind the user's own parameter", () => {
    expect(decided(decideOs({ ...seen(al2023Image), parameter: '/golden/eks' }))).toBe('al2023 by image')
  })

  test('takes the source of an image whose own words tell nothing, and says so', () => {
    const decision = decideOs({ ...seen(mysteryImage), source: al2Image })
    expect(decided(decision)).toBe('al2 by image')
    expect(decision.trace.at(-1)?.said).toBe(
      `Amazon Linux 2, by its source image ami-al2, by name ${al2Image.name}, owner ${eksOwner}`,
    )
  })

  test('takes the own words of an image before those of its source', () => {
    expect(decided(decideOs({ ...seen(al2023Image), source: al2Image }))).toBe('al2023 by image')
  })

  test('is unknown for an image that was not read, and for one whose words tell nothing', () => {
    expect(decideOs({ image: denied('ec2:DescribeImages') })).toMatchObject({
      decidedBy: 'nothing',
      gap: { action: 'ec2:DescribeImages', reason: 'access denied' },
    })
    expect(decideOs({ ...seen(mysteryImage), source: { ...mysteryImage, id: 'ami-older' } })).toMatchObject({
      decidedBy: 'nothing',
      gap: { reason: 'neither name, description nor source of AMI ami-mystery (golden-2024-07) tells it' },
    })
  })
})
