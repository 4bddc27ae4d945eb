/** A date that a verdict rests on, and who says so. */
export interface DatedFact {
  readonly date: string
  readonly source: string
}

/** The day that EKS announced as the end of its AMIs based on Amazon Linux 2; the last one out is v20251209. */
export const eksAl2ImagesEnded: DatedFact = {
  date: '2025-11-26',
  source: 'https://github.com/awslabs/amazon-eks-ami',
}

/** Amazon Linux 2 itself reached the end of its support on this day. */
export const al2Ended: DatedFact = { date: '2026-06-30', source: 'https://aws.amazon.com/amazon-linux-2/faqs/' }

/** Amazon Linux 2023 nodes fail to join EKS local clusters on Outposts, as the EKS guide says since this day. */
export const al2023OnOutposts: DatedFact = {
  date: '2025-10-06',
  source: 'https://docs.aws.amazon.com/eks/latest/userguide/eks-outposts-self-managed-nodes.html',
}
