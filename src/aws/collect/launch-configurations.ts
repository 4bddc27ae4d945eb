import {
  type LaunchConfiguration as Described,
  DescribeLaunchConfigurationsCommand,
} from '@aws-sdk/client-auto-scaling'
import type { LaunchConfiguration } from '../../core/inventory.ts'
import type { Collected } from '../../core/read.ts'
import { joined, listAll } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { batchesOf, defined, imdsOptionsOf, sortedBy } from './shape.ts'
import { factsOf } from './user-data.ts'

/** As many names as one call takes. */
const batchSize = 50

/**
 * The launch configurations of these names, with what their user data says and none of its text. One that was deleted is
 * not in the list and is no failure: nodes outlive it.
 */
export const readLaunchConfigurations = async (
  { ask, clients }: RegionAccess,
  names: ReadonlySet<string>,
): Promise<Collected<LaunchConfiguration>> => {
  const read = (LaunchConfigurationNames: string[]) =>
    listAll(ask, 'autoscaling:DescribeLaunchConfigurations', async NextToken => {
      const input = { LaunchConfigurationNames, MaxRecords: batchSize, NextToken }
      const page = await clients.autoScaling().send(new DescribeLaunchConfigurationsCommand(input))
      return { items: page.LaunchConfigurations?.map(configurationOf), next: page.NextToken }
    })
  const { items, failures } = joined(await Promise.all(batchesOf([...names].sort(), batchSize).map(read)))
  return { items: sortedBy(items, ({ name }) => name), failures }
}

const configurationOf = (described: Described): LaunchConfiguration =>
  defined({
    name: described.LaunchConfigurationName ?? '',
    imageId: described.ImageId || undefined,
    instanceType: described.InstanceType || undefined,
    metadataOptions: imdsOptionsOf(described.MetadataOptions),
    userData: factsOf(described.UserData),
  })
