import { defineCheck } from '../core/check.ts'
import { v2Image } from '../core/imds.ts'
import { unknownBecause } from '../core/read.ts'
import { type Evidence, pass } from '../core/verdict.ts'

export default defineCheck({
  id: 'image-imdsv2-supported',
  revision: 1,
  title: 'Image in use asks for IMDSv2',
  severity: 'low',
  appliesTo: 'image',
  why: 'Whoever launches the image without metadata options of their own gets IMDSv1, unless the account default or the image itself says otherwise.',
  fix: 'Build the next image with ImdsSupport v2.0, or set it on this one with ModifyImageAttribute; on an image it cannot be undone, so test a copy first.',
  references: [
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html',
    'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyImageAttribute.html',
  ],
  controls: [
    { framework: 'CIS Controls 8.1', id: '4.6', mapping: 'derived' },
    { framework: 'NIST 800-53 r5', id: 'CM-2', mapping: 'derived' },
  ],

  evaluate({ resource, image, groups }) {
    const name = resource.name
    if (!image.ok) return unknownBecause(image, `Whether image ${name} asks for IMDSv2 is not known.`)
    const { id, imdsSupport, ownerId } = image.value
    if (imdsSupport === v2Image) return pass
    const isOwn = ownerId === resource.accountId
    const users = groups.map((value): Evidence => ({ what: 'node group', value, source: 'starts from the image' }))
    return {
      status: 'fail',
      message: `Image ${name} does not ask for IMDSv2${isOwn ? '' : `; its owner is account ${ownerId}`}.`,
      evidence: [
        { what: 'ImdsSupport', value: imdsSupport ?? 'not set', source: `AMI ${id}` },
        { what: 'owner', value: ownerId ?? 'not told', source: `AMI ${id}` },
        ...users,
      ],
    }
  },
})
