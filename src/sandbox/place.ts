import { hexOf } from './ids.ts'
import { publicParameter } from './images.ts'
import type { Organization, Region } from './schema.ts'

/** One account-Region of an organization, and where to look for what its parts name. */
export interface Place {
  readonly organization: Organization
  readonly accountId: string
  readonly name: string
  readonly region: Region
}

/** `arn:aws:<service>:<Region>:<account>:<resource>` in this place. */
export const arnIn = ({ name, accountId }: Place, service: string, resource: string) =>
  `arn:aws:${service}:${name}:${accountId}:${resource}`

/** The id of an image that the organization describes under this short name. */
export const idOfImage = ({ images }: Organization, name: string) =>
  images[name]?.imageId ?? `ami-0${hexOf(16, 'image', name)}`

/** An image as a launch template holds it: an AMI id, or `resolve:ssm:` as it was written. */
export const imageAsWritten = ({ organization }: Place, reference: string) =>
  /^(ami-|resolve:ssm:)/.test(reference) ? reference : idOfImage(organization, reference)

/** The AMI id that an instance starts from; a parameter that does not exist stays as it was written. */
export const imageInForce = (place: Place, reference: string) => {
  const written = imageAsWritten(place, reference)
  if (!written.startsWith('resolve:ssm:')) return written
  return parameterOf(place, written.slice('resolve:ssm:'.length)) ?? written
}

/** The value of the account's own parameter, else of AWS's public one, else undefined; `:version` is not part of it. */
export const parameterOf = ({ region, name }: Place, reference: string) => {
  const [parameter = ''] = reference.split(':')
  return region.parameters[parameter] ?? publicParameter(name, parameter)
}
