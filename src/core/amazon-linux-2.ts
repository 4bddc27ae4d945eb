import type { NotRead } from './read.ts'
import type { NodeGroupSubject } from './subjects.ts'

/** Where a node group has Amazon Linux 2. */
export interface AmazonLinux2 {
  /** A template of it would start a node on Amazon Linux 2. */
  readonly next: boolean
  /** A node of it runs Amazon Linux 2. */
  readonly now: boolean
  /** Why there may be more of it. */
  readonly gap: NotRead | undefined
}

/** Where a node group has Amazon Linux 2. Nodes of EKS Auto Mode never do: AWS starts them from images of its own. */
export const amazonLinux2In = ({ group, variants, nodes }: NodeGroupSubject): AmazonLinux2 => {
  if (group.provisioner === 'auto-mode') return { next: false, now: false, gap: undefined }
  const running = nodes.ok ? nodes.value : []
  let gap = nodes.ok ? undefined : nodes
  for (const { os } of [...variants, ...running]) {
    if (os.decidedBy === 'nothing') gap ??= os.gap
  }
  return {
    next: variants.some(({ os }) => os.value === 'al2'),
    now: running.some(({ os }) => os.value === 'al2'),
    gap,
  }
}
