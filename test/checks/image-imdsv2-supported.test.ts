import check from '../../src/checks/image-imdsv2-supported.ts'
import type { Image } from '../../src/core/inventory.ts'
import * as build from '../support/build.ts'
import { checkTable } from '../support/check-table.ts'

const { complete } = build
const golden: Image = { id: 'ami-golden', name: 'acme-eks-node-1.31-v12', ownerId: build.accountId }

const inUse = (image: Image) =>
  build.imageSubject({
    launchTemplates: complete(build.eksCopy([{ imageId: image.id }])),
    images: complete(image),
  })

checkTable(check, {
  pass: {
    'ImdsSupport v2.0': { subject: inUse({ ...golden, imdsSupport: 'v2.0' }) },
  },
  fail: {
    'ImdsSupport not set': { subject: inUse(golden) },
    'an image without a name': { subject: inUse({ id: golden.id, ownerId: build.accountId }) },
    // Only its owner can mend it.
    'an image that another account shares': { subject: inUse({ ...golden, ownerId: '999900001111' }) },
  },
  unknown: {
    'image not read': { subject: { ...inUse(golden), image: build.denied('ec2:DescribeImages') } },
  },
  // Images of AWS and of other publishers are no subjects: nobody here can mend them.
  skip: {},
})
