import { type Image as Described, DescribeImagesCommand } from '@aws-sdk/client-ec2'
import type { Image } from '../../core/inventory.ts'
import { familyOfImage } from '../../core/os-family.ts'
import type { Collected } from '../../core/read.ts'
import { joined, listAll } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { batchesOf, defined, sortedBy } from './shape.ts'

/** As many values as EC2 takes for one filter. */
const batchSize = 200

/**
 * These images, and the source of each that does not itself tell its OS. An image that is not visible (deregistered,
 * not shared, hidden by Allowed AMIs) is not in the list and is no failure.
 */
export const readImages = async (access: RegionAccess, ids: ReadonlySet<string>): Promise<Collected<Image>> => {
  const images = await describeImages(access, ids)
  const sources = images.items.flatMap(image => (familyOfImage(image) ? [] : (image.sourceImageId ?? [])))
  const unread = new Set(sources.filter(id => !ids.has(id)))
  const { items, failures } = joined([images, await describeImages(access, unread)])
  return { items: sortedBy(items, ({ id }) => id), failures }
}

/** By filter: one id that is gone would fail a call by ids. */
const describeImages = async ({ ask, clients }: RegionAccess, ids: ReadonlySet<string>): Promise<Collected<Image>> => {
  const read = (batch: string[]) =>
    listAll(ask, 'ec2:DescribeImages', async NextToken => {
      const filters = { Filters: [{ Name: 'image-id', Values: batch }] }
      const input = { ...filters, IncludeDeprecated: true, IncludeDisabled: true, NextToken }
      const page = await clients.ec2().send(new DescribeImagesCommand(input))
      return { items: page.Images?.map(imageOf), next: page.NextToken }
    })
  return joined(await Promise.all(batchesOf([...ids].sort(), batchSize).map(read)))
}

const imageOf = (image: Described): Image =>
  defined({
    id: image.ImageId ?? '',
    name: image.Name,
    ownerId: image.OwnerId,
    description: image.Description,
    platform: image.Platform,
    imdsSupport: image.ImdsSupport,
    sourceImageId: image.SourceImageId,
  })
