import type { CreateTableInput } from '@aws-sdk/client-dynamodb'

/**
 * The table, all but its name: items by partition and sort key, and one sparse index, `lists`, of what is listed across
 * partitions: open findings by severity, and runs by time. It holds ALL attributes: who lists findings wants them whole,
 * and from an index without `__edb_e__` and `__edb_v__` ElectroDB answers nothing, and no error.
 */
export const tableDefinition: Omit<CreateTableInput, 'TableName'> = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'list', AttributeType: 'S' },
    { AttributeName: 'place', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'lists',
      KeySchema: [
        { AttributeName: 'list', KeyType: 'HASH' },
        { AttributeName: 'place', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
}
