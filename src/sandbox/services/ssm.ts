import * as z from 'zod'
import { type Action, action, type Call } from '../action.ts'
import { pastSecondsOf } from '../ids.ts'
import { parameterOf } from '../place.ts'

// The sandbox keeps no history, so a selector is answered only where it names the one version that there is.
const describe = (call: Call, reference: string) => {
  const [name = '', selector] = reference.split(':')
  const { place } = call.here()
  const value = parameterOf(place, name)
  if (value === undefined || (selector !== undefined && selector !== '1')) return undefined
  const owner = name.startsWith('/aws/service/') ? '' : call.caller.accountId
  return {
    Name: name,
    Type: 'String',
    Value: value,
    Version: 1,
    Selector: selector && `:${selector}`,
    LastModifiedDate: pastSecondsOf(call.model.organization.now, name),
    ARN: `arn:aws:ssm:${call.region}:${owner}:parameter${name.startsWith('/') ? '' : '/'}${name}`,
    DataType: value.startsWith('ami-') ? 'aws:ec2:image' : 'text',
  }
}

/** AWS Systems Manager: the account's own parameters and the ones that AWS publishes for EKS and Bottlerocket images. */
export const ssm: Readonly<Record<string, Action>> = {
  GetParameters: action(
    z.strictObject({ Names: z.array(z.string()).min(1).max(10), WithDecryption: z.boolean().optional() }),
    ({ Names }, call) => ({
      Parameters: Names.flatMap(name => describe(call, name) ?? []),
      InvalidParameters: Names.filter(name => !describe(call, name)),
    }),
  ),
}
