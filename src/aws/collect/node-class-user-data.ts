import { DescribeInstanceAttributeCommand } from '@aws-sdk/client-ec2'
import type { Instance, NodeClassUserData } from '../../core/inventory.ts'
import { newestFirst } from '../../core/join-instances.ts'
import { clusterNames, ownerOf } from '../../core/ownership.ts'
import { type Collected, known, notRead, type Read } from '../../core/read.ts'
import type { UserDataFacts } from '../../core/user-data.ts'
import { type Answer, failuresOf, joined, refused } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { sortedBy } from './shape.ts'
import { factsOf } from './user-data.ts'

const action = 'ec2:DescribeInstanceAttribute'

/** A node of Karpenter's, and what its user data stands for. */
interface Example {
  readonly clusterName: string
  readonly nodeClass: string
  readonly imageId: string
  readonly instance: Instance
}

/**
 * What the user data of Karpenter's nodes says: of the newest one for each cluster, EC2NodeClass and AMI, for Karpenter
 * writes the same for all of them and deletes its launch templates. Of the text itself nothing is kept.
 */
export const readNodeClassUserData = async (
  access: RegionAccess,
  names: readonly string[],
  instances: readonly Instance[],
): Promise<Collected<NodeClassUserData>> => {
  const clusters = new Set(names)
  const examples = new Map<string, Example>()
  for (const instance of [...instances].sort(newestFirst)) {
    const example = exampleOf(instance, clusters)
    if (!example) continue
    const key = JSON.stringify([example.clusterName, example.nodeClass, example.imageId])
    if (!examples.has(key)) examples.set(key, example)
  }
  const sorted = sortedBy(examples, ([key]) => key)
  return joined(await Promise.all(sorted.map(([, example]) => readExample(access, example))))
}

const exampleOf = (instance: Instance, clusters: ReadonlySet<string>): Example | undefined => {
  const owner = ownerOf(instance)
  const clusterName = clusterNames(instance).find(name => clusters.has(name))
  const { imageId } = instance
  if (owner?.provisioner !== 'karpenter' || clusterName === undefined || imageId === undefined) return undefined
  return { clusterName, nodeClass: owner.name, imageId, instance }
}

const readExample = async (
  { ask, clients }: RegionAccess,
  { instance: { id }, ...of }: Example,
): Promise<Collected<NodeClassUserData>> => {
  const answer = await ask(
    action,
    async () => {
      const input = { InstanceId: id, Attribute: 'userData' } as const
      const { UserData } = await clients.ec2().send(new DescribeInstanceAttributeCommand(input))
      return factsOf(UserData?.Value)
    },
    `${of.clusterName}/${of.nodeClass}`,
  )
  return { items: [{ ...of, userData: readFrom(answer) }], failures: failuresOf(answer) }
}

/** A reason names no instance: that would be another one every night. */
const readFrom = (answer: Answer<UserDataFacts | undefined>): Read<UserDataFacts> => {
  if (answer.status === 'gone') return notRead(action, 'the newest node ended before it was asked')
  if (answer.status === 'failed') return refused(answer)
  return answer.value ? known(answer.value) : notRead(action, 'no sense could be made of the user data')
}
