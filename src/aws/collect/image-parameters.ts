import { GetParametersCommand, type GetParametersCommandOutput } from '@aws-sdk/client-ssm'
import type { ImageParameter } from '../../core/inventory.ts'
import { type Collected, known, notRead, type Read } from '../../core/read.ts'
import { eachOf, failuresOf, refused } from '../ask.ts'
import type { RegionAccess } from './access.ts'

const action = 'ssm:GetParameters'

/**
 * The AMI ids behind these parameters, named as a template names them after `resolve:ssm:`: by name or ARN, with or
 * without a version or label. One a call, because a role may read one and not another.
 */
export const readImageParameters = (
  access: RegionAccess,
  names: readonly string[],
): Promise<Collected<ImageParameter>> =>
  eachOf({ items: names, failures: [] }, name => readImageParameter(access, name))

const readImageParameter = async ({ ask, clients }: RegionAccess, name: string): Promise<Collected<ImageParameter>> => {
  const answer = await ask(action, () => clients.ssm().send(new GetParametersCommand({ Names: [name] })), name)
  const imageId = answer.status === 'ok' ? imageIdIn(answer.value) : refused(answer)
  return { items: [{ name, imageId }], failures: failuresOf(answer) }
}

/** A value that is no AMI id is not repeated: nobody meant it for a report. */
const imageIdIn = ({ Parameters: [parameter] = [] }: GetParametersCommandOutput): Read<string> => {
  if (parameter?.Value === undefined) return notRead(action, 'there is no such parameter')
  const imageId = parameter.Value.trim()
  return /^ami-[0-9a-f]+$/.test(imageId) ? known(imageId) : notRead(action, 'the parameter holds no AMI id')
}
