import type { MetadataOptions } from './schema.ts'

/** An instance's metadata options: none of them is ever without a value. */
export type AppliedOptions = { readonly [K in keyof MetadataOptions]-?: NonNullable<MetadataOptions[K]> }

const ofV2Image: MetadataOptions = { httpTokens: 'required', httpPutResponseHopLimit: 2 }

/** Who speaks of an instance's metadata options when it is launched. */
export interface Launching {
  /** Somebody's hand on the instance, else the launch itself, which both come before the template. */
  readonly instance?: MetadataOptions | undefined
  readonly template?: MetadataOptions | undefined
  readonly accountDefaults: MetadataOptions
  readonly imdsSupport?: string | undefined
}

/**
 * What EC2 applies, each option by itself: the launch, the account's default in the Region, the AMI, EC2's own default
 * (EC2 User Guide, "Configure the Instance Metadata Service options", order of precedence).
 */
export const optionsAtLaunch = ({ instance, template, accountDefaults, imdsSupport }: Launching): AppliedOptions => {
  const levels = [instance, template, accountDefaults, imdsSupport === 'v2.0' ? ofV2Image : undefined]
  const first = <T>(optionOf: (options: MetadataOptions) => T | undefined, ofEc2: T): T =>
    levels.map(options => options && optionOf(options)).find(value => value !== undefined) ?? ofEc2
  return {
    httpTokens: first(({ httpTokens }) => httpTokens, 'optional'),
    httpEndpoint: first(({ httpEndpoint }) => httpEndpoint, 'enabled'),
    httpPutResponseHopLimit: first(({ httpPutResponseHopLimit }) => httpPutResponseHopLimit, 1),
    httpProtocolIpv6: first(({ httpProtocolIpv6 }) => httpProtocolIpv6, 'disabled'),
    instanceMetadataTags: first(({ instanceMetadataTags }) => instanceMetadataTags, 'disabled'),
  }
}
