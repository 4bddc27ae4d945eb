/*
 * Which instance types have AL2023 AMIs of EKS, and which amiType is theirs. Read 2026-11-22 from the EKS User Guide:
 * the table of accelerated AMIs, and what it says of A1 and of Graviton.
 */
export const acceleratedSource = 'https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-optimized-ami.html'
export const instanceTypeSource = 'https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html'

/** The newest Neuron driver for Inferentia1 is 2.24; EKS's Neuron AMIs carry an old driver beside the new one for it. */
export const inf1Source =
  'https://awsdocs-neuron.readthedocs-hosted.com/en/latest/about-neuron/announcements/neuron2.x/announce-correction-neuron-driver-support-inf1.html'

/** The amiTypes of EKS's AL2023 AMIs. */
type Al2023AmiType =
  | 'AL2023_x86_64_STANDARD'
  | 'AL2023_ARM_64_STANDARD'
  | 'AL2023_x86_64_NVIDIA'
  | 'AL2023_ARM_64_NVIDIA'
  | 'AL2023_x86_64_NEURON'

/** The AMI for an instance type: its amiType, that there is none, or that this data does not tell. */
export interface Al2023Ami {
  readonly amiType: Al2023AmiType | 'none' | 'not known'
  readonly source: string
}

const families = (names: string) => new Set(names.split(' '))

// Before AL2023: the first Graviton, and GPUs that the NVIDIA driver of the AL2023 AMIs no longer runs.
const withoutGraviton2 = families('a1')
const withOldGpu = families('g2 g3 g3s p2')
const accelerated: readonly (readonly [ReadonlySet<string>, Al2023AmiType])[] = [
  [families('g4dn g5 g6 g6e g6f g7 g7e gr6 gr6f p3 p3dn p4d p4de p5 p5e p5en p6-b200 p6-b300'), 'AL2023_x86_64_NVIDIA'],
  [families('g5g p6e-gb200 p6e-gb300'), 'AL2023_ARM_64_NVIDIA'],
  [families('inf1 inf2 trn1 trn1n trn2'), 'AL2023_x86_64_NEURON'],
]

/** Series without accelerators, a generation, and marks of what is special; the mark `g` is a Graviton processor. */
const general = /^(?:c|d|h|hpc|i|im|is|m|r|t|x|z)\d+(?<marks>[a-z]*)(?:-flex)?$/
const highMemory = /^u(?:-|7)/

/** `g4dn` of `g4dn.xlarge`. */
export const familyOfType = (instanceType: string): string => instanceType.split('.')[0] ?? ''

/** The AL2023 AMI for an instance type; `not known` for families that are newer than this data or have no AMI on AL2 either. */
export const al2023AmiFor = (instanceType: string): Al2023Ami => {
  const family = familyOfType(instanceType)
  if (withoutGraviton2.has(family)) return { amiType: 'none', source: instanceTypeSource }
  if (withOldGpu.has(family)) return { amiType: 'none', source: acceleratedSource }
  const [, amiType] = accelerated.find(([names]) => names.has(family)) ?? []
  if (amiType) return { amiType, source: acceleratedSource }
  if (highMemory.test(family)) return { amiType: 'AL2023_x86_64_STANDARD', source: instanceTypeSource }
  const marks = general.exec(family)?.groups?.['marks']
  if (marks === undefined) return { amiType: 'not known', source: instanceTypeSource }
  return {
    amiType: marks.includes('g') ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD',
    source: instanceTypeSource,
  }
}
