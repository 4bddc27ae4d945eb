/** A date that a verdict rests on, and who says so. */
export interface DatedFact {
  readonly date: string
  readonly source: string
}

/** EKS published no AMI based on Amazon Linux 2 after this day. */
export const eksAl2ImagesEnded: DatedFact = {
  date: '2025-11-26',
  source: 'https://github.com/awslabs/amazon-eks-ami',
}

/** Amazon Linux 2 itself reached the end of its support on this day. */
export const al2Ended: DatedFact = { date: '2026-06-30', source: 'https://aws.amazon.com/amazon-linux-2/faqs/' }

/** EKS local clusters on Outposts have no Amazon Linux 2023 nodes, as documented on this day. */
export const al2023OnOutposts: DatedFact = {
  date: '2024-12-01',
  source: 'https://docs.aws.amazon.com/eks/latest/userguide/al2023.html',
}
