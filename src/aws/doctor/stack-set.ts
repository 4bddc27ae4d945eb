import {
  CloudFormationClient,
  ListStackInstancesCommand,
  type StackInstanceSummary,
} from '@aws-sdk/client-cloudformation'
import type { ListStackInstances, StackInstance } from '../../core/doctor.ts'
import { askAtMost, listAll } from '../ask.ts'
import { sortedBy } from '../collect/shape.ts'
import type { Connection } from '../connection.ts'

const pageSize = 100

/** Lists the instances of a StackSet in the hub's Region, where StackSets with service-managed permissions are kept. */
export const listStackInstancesWith =
  (connection: Connection, StackSetName: string): ListStackInstances =>
  async asManagement => {
    const client = connection.client(CloudFormationClient, 'cloudformation')
    const CallAs = asManagement ? 'SELF' : 'DELEGATED_ADMIN'
    const { items, failures } = await listAll(askAtMost(1), 'cloudformation:ListStackInstances', async NextToken => {
      const input = { StackSetName, CallAs, MaxResults: pageSize, NextToken } as const
      const page = await client.send(new ListStackInstancesCommand(input))
      return { items: page.Summaries?.map(instanceOf), next: page.NextToken }
    })
    return { items: sortedBy(items, ({ accountId }) => accountId), failures }
  }

const instanceOf = ({ Account, Status, DriftStatus, StatusReason }: StackInstanceSummary): StackInstance => ({
  accountId: Account ?? '',
  status: Status ?? '',
  drifted: DriftStatus === 'DRIFTED',
  reason: StatusReason,
})
