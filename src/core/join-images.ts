import type { Image, RegionInventory } from './inventory.ts'
import { isEksPublished } from './os-family.ts'
import { known, type Read } from './read.ts'
import { fullName, type ImageSubject, type NodeGroupSubject } from './subjects.ts'

/** AWS's aliases for images of its own and of vendors in the Marketplace. */
const vendors: ReadonlySet<string> = new Set(['amazon', 'aws-marketplace'])
// The accounts that publish Bottlerocket, Amazon Linux, Ubuntu and Windows images.
const publishers: ReadonlySet<string> = new Set(['137112412989', '092701018921', '099720109477', '801119661308'])

/** The AMIs of one's own that node groups run or would launch. An image that is not visible is nobody's to mend here. */
export const joinImages = (
  { partition, region, accountId }: RegionInventory,
  nodeGroups: readonly NodeGroupSubject[],
): ImageSubject[] => {
  const uses = new Map<string, { readonly image: Read<Image>; readonly groups: Set<string> }>()
  for (const subject of nodeGroups) {
    // What EKS Auto Mode starts is AWS's own.
    if (subject.group.provisioner === 'auto-mode') continue
    const nodes = subject.nodes.ok ? subject.nodes.value : []
    for (const { image } of [...subject.variants, ...nodes]) {
      if (!image.ok || !isCustom(image.value)) continue
      const use = uses.get(image.value.id) ?? { image, groups: new Set() }
      use.groups.add(fullName(subject.resource))
      uses.set(image.value.id, use)
    }
  }
  return [...uses].map(([id, { image, groups }]) => ({
    resource: {
      type: 'image',
      id: `arn:${partition}:ec2:${region}:${accountId}:image/${id}`,
      name: image.ok && image.value.name ? image.value.name : id,
      accountId,
      region,
      clusterName: null,
      tags: known({}),
    },
    image,
    groups: [...groups].sort(),
  }))
}

const isCustom = (image: Image) =>
  image.ownerId !== undefined && !isEksPublished(image) && !vendors.has(image.ownerId) && !publishers.has(image.ownerId)
