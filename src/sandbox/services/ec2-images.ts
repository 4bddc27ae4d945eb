import * as z from 'zod'
import { action, type Call, flag, pageOf, wholeNumber } from '../action.ts'
import type { VisibleImage } from '../images.ts'
import { RefusalError } from '../refusal.ts'

const Filter = z.strictObject({ Name: z.literal('image-id'), Value: z.array(z.string()).max(200) })

const DescribeImages = z.strictObject({
  ImageId: z.array(z.string()).optional(),
  Filter: z.array(Filter).default([]),
  Owner: z.array(z.string()).optional(),
  IncludeDeprecated: flag.default(false),
  IncludeDisabled: flag.optional(),
  MaxResults: wholeNumber(1, 1000).optional(),
  NextToken: z.string().optional(),
})

const imageOf = (call: Call, id: string): VisibleImage | undefined => {
  const { images, publishedImages } = call.here()
  return images.get(id) ?? publishedImages.get(id)
}

/** An id that the account cannot see is an error in ImageId and silence in a filter. */
export const describeImages = action(DescribeImages, (input, call) => {
  const missing = input.ImageId?.find(id => !imageOf(call, id))
  if (missing) {
    throw new RefusalError({ code: 'InvalidAMIID.NotFound', status: 400 }, `The image id '[${missing}]' does not exist`)
  }
  const images = candidates(call, input)
    .filter(({ imageId }) => input.Filter.every(({ Value }) => Value.includes(imageId)))
    .filter(image => isOwnedBy(image, input.Owner, call.caller.accountId))
    .filter(image => input.ImageId || input.IncludeDeprecated || !isHidden(image, call))
  const { items, next } = pageOf(images, input.NextToken, input.MaxResults ?? images.length)
  return { imagesSet: items.map(describe), nextToken: next }
})

// Ids first: a Region has some two hundred published images, and a caller asks for a few.
const candidates = (call: Call, { ImageId, Filter: [first] }: z.output<typeof DescribeImages>) => {
  const ids = ImageId ?? first?.Value
  if (ids) return [...new Set(ids)].flatMap(id => imageOf(call, id) ?? [])
  const { images, publishedImages } = call.here()
  return [...images.values(), ...publishedImages.values()]
}

const isOwnedBy = ({ imageOwnerId }: VisibleImage, owners: readonly string[] | undefined, self: string) =>
  owners?.some(owner => imageOwnerId === (owner === 'self' ? self : owner)) ?? true

const isHidden = ({ deprecationTime, imageOwnerId }: VisibleImage, { model, caller }: Call) =>
  deprecationTime !== undefined &&
  new Date(deprecationTime) < model.organization.now &&
  imageOwnerId !== caller.accountId

const describe = (image: VisibleImage) => ({
  ...image,
  imageState: 'available',
  imageType: 'machine',
  rootDeviceType: 'ebs',
  virtualizationType: 'hvm',
})
