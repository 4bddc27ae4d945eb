import { pastOf, uuidOf } from './ids.ts'
import { arnIn, imageInForce, type Place } from './place.ts'
import type { LaunchConfiguration } from './schema.ts'
import { inBase64 } from './templates.ts'

/** A launch configuration as it was written; a group may name one that is not. */
export const launchConfigurationOf = ({ region: { launchConfigurations } }: Place, name: string | undefined) =>
  name !== undefined && Object.hasOwn(launchConfigurations, name) ? launchConfigurations[name] : undefined

/** DescribeLaunchConfigurations' answer for one, in the names of the wire; members that nobody set are empty. */
export const launchConfigurationOnWire = (place: Place, name: string, written: LaunchConfiguration) => {
  const id = uuidOf('launch-configuration', place.accountId, place.name, name)
  const { httpTokens, httpEndpoint, httpPutResponseHopLimit } = written.metadataOptions ?? {}
  return {
    LaunchConfigurationName: name,
    LaunchConfigurationARN: arnIn(place, 'autoscaling', `launchConfiguration:${id}:launchConfigurationName/${name}`),
    ImageId: imageInForce(place, written.image),
    KeyName: '',
    SecurityGroups: [],
    ClassicLinkVPCSecurityGroups: [],
    UserData: written.userData === undefined ? '' : inBase64(written.userData),
    InstanceType: written.instanceType,
    KernelId: '',
    RamdiskId: '',
    BlockDeviceMappings: [],
    InstanceMonitoring: { Enabled: true },
    CreatedTime: createdTimeOf(place, name, written),
    EbsOptimized: false,
    MetadataOptions: written.metadataOptions && {
      HttpTokens: httpTokens,
      HttpPutResponseHopLimit: httpPutResponseHopLimit,
      HttpEndpoint: httpEndpoint,
    },
  }
}

/** When a launch configuration was made; it never changes. */
export const createdTimeOf = (
  { organization, accountId, name: region }: Place,
  name: string,
  written: LaunchConfiguration,
) => written.createdTime ?? pastOf(organization.now, 'launch-configuration', accountId, region, name)
