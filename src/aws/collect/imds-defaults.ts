import { GetInstanceMetadataDefaultsCommand, type InstanceMetadataDefaultsResponse } from '@aws-sdk/client-ec2'
import type { ImdsDefaults } from '../../core/inventory.ts'
import type { Failure, Read } from '../../core/read.ts'
import { failuresOf, readOf } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { defined, oneOf } from './shape.ts'

/** The account's IMDS defaults in the Region; where EC2 says nothing or "no preference", a field is absent. */
export const readImdsDefaults = async ({
  ask,
  clients,
}: RegionAccess): Promise<{ readonly defaults: Read<ImdsDefaults>; readonly failures: readonly Failure[] }> => {
  const answer = await ask('ec2:GetInstanceMetadataDefaults', () =>
    clients.ec2().send(new GetInstanceMetadataDefaultsCommand()),
  )
  return { defaults: readOf(answer, ({ AccountLevel = {} }) => defaultsOf(AccountLevel)), failures: failuresOf(answer) }
}

const defaultsOf = (account: InstanceMetadataDefaultsResponse): ImdsDefaults =>
  defined({
    httpTokens: oneOf(['optional', 'required'], account.HttpTokens),
    httpEndpoint: oneOf(['enabled', 'disabled'], account.HttpEndpoint),
    // ModifyInstanceMetadataDefaults writes "no preference" as -1.
    httpPutResponseHopLimit: account.HttpPutResponseHopLimit === -1 ? undefined : account.HttpPutResponseHopLimit,
    managedBy: oneOf(['account', 'declarative-policy'], account.ManagedBy),
    httpTokensEnforced: oneOf(['enabled', 'disabled'], account.HttpTokensEnforced),
  })
