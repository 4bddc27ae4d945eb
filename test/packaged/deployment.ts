import { CreateTableCommand, type CreateTableCommandInput, DeleteItemCommand } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import type * as z from 'zod'
import { storeIn } from '../../src/aws/store.ts'
import type { ScanRequest } from '../../src/core/messages.ts'
import type { Store } from '../../src/core/store.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { Organization } from '../../src/sandbox/organization.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { dump, type Engine, type StoredItem, startDynalite } from '../support/table.ts'
import { type FakeAws, fakeAws, type SeenCall } from './aws.ts'
import { type LambdaFunction, loadFunction } from './functions.ts'
import { definitionIn, type Execution, execute, type Invoke } from './machine.ts'
import type { Packaged } from './package.ts'
import { hub, region, type Stack, stackOf } from './stack.ts'

export const externalId = 'open-sesame'

/** The stack as if it were deployed: its functions from their zips, its table in dynalite, AWS in the sandbox. */
export interface Deployment {
  readonly stack: Stack
  readonly store: Store
  readonly aws: FakeAws
  readonly functions: Readonly<Record<'plan' | 'scan' | 'reconcile' | 'digest', LambdaFunction>>
  /** Runs the machine to its end, and answers with what AWS saw of it. */
  readonly night: (organization: z.input<typeof Organization>, execution: string, over?: Night) => Promise<Sandbox>
  /** Everything in the table. */
  readonly items: () => Promise<readonly StoredItem[]>
  /** Forgets what nights have left in the table, the bucket and the topic. @param items what the table then holds. */
  readonly reset: (items?: readonly StoredItem[]) => Promise<void>
  readonly stop: () => Promise<void>
}

/** What is special about a night. */
export interface Night extends Pick<Execution, 'scope' | 'crashAfter' | 'startedAt' | 'entered'> {
  /** What the scan function is told that it has left. @default all of its time */
  readonly remainingMs?: number | undefined
  /** Comes before each call of the scan function; what it throws is what Lambda says of the call. */
  readonly beforeScan?: ((accountId: string) => void) | undefined
}

export const deploy = async (packaged: Packaged): Promise<Deployment> => {
  const stack = stackOf({ ...packaged, parameters: { ...packaged.parameters, ExternalId: externalId } })
  const engine = await startDynalite()
  const tableName = await createTable(engine, stack)

  let sandbox = createSandbox(Organization.parse(organizationOf()))
  const endpoint = await engine.client.config.endpoint?.()
  const aws = await fakeAws(`http://127.0.0.1:${endpoint?.port}`, request => sandbox.handle(request))
  const environment = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyOf(hub),
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_ENDPOINT_URL: aws.url,
    AWS_ENDPOINT_URL_DYNAMODB: aws.url,
  }
  const load = (id: string) => loadFunction(id, packaged, stack, environment)
  const functions = {
    plan: await load('PlanLambdaFunction'),
    scan: await load('ScanLambdaFunction'),
    reconcile: await load('ReconcileLambdaFunction'),
    digest: await load('DigestLambdaFunction'),
  }
  const byArn = ({ remainingMs, beforeScan }: Night): Readonly<Record<string, Invoke>> => ({
    [stack.arnOf('PlanLambdaFunction')]: event => functions.plan.invoke(event),
    [stack.arnOf('ScanLambdaFunction')]: async event => {
      beforeScan?.((event as ScanRequest).target.accountId)
      return functions.scan.invoke(event, remainingMs)
    },
    [stack.arnOf('ReconcileLambdaFunction')]: event => functions.reconcile.invoke(event),
    [stack.arnOf('DigestLambdaFunction')]: event => functions.digest.invoke(event),
  })
  return {
    stack,
    store: storeIn(engine.client, tableName),
    aws,
    functions,
    night: async (organization, name, over = {}) => {
      sandbox = createSandbox(Organization.parse(organization))
      const readFile: Execution['readFile'] = async (bucket, key) => aws.files.get(`${bucket}/${key}`)
      await execute(definitionIn(stack), { ...over, functions: byArn(over), readFile, name })
      return sandbox
    },
    items: () => dump(engine, tableName),
    reset: async (items = []) => {
      for (const { pk, sk } of await dump(engine, tableName)) {
        const Key = { pk: { S: String(pk) }, sk: { S: String(sk) } }
        await engine.client.send(new DeleteItemCommand({ TableName: tableName, Key }))
      }
      const documents = DynamoDBDocumentClient.from(engine.client)
      for (const Item of items) await documents.send(new PutCommand({ TableName: tableName, Item }))
      aws.files.clear()
      aws.published.length = 0
    },
    stop: async () => {
      for (const one of Object.values(functions)) one.stop()
      await aws.close()
      await engine.stop()
    },
  }
}

/** The table as the template has it, and not as the program would make it. */
const createTable = async ({ client }: Engine, stack: Stack) => {
  const TableName = stack.nameOf('FindingsTable')
  const of = (property: keyof CreateTableCommandInput) => ({ [property]: stack.property('FindingsTable', property) })
  const keys = { ...of('AttributeDefinitions'), ...of('KeySchema'), ...of('GlobalSecondaryIndexes') }
  const input = { TableName, ...of('BillingMode'), ...keys }
  await client.send(new CreateTableCommand(input as unknown as CreateTableCommandInput))
  return TableName
}

export const payments = '222222222222'
export const retail = '333333333333'
export const closed = '444444444444'
export const stranger = '555555555555'

/** What a night changes in the account payments. */
interface Payments {
  readonly tokens?: 'optional' | 'required'
  /** IAM actions that its role lacks. */
  readonly denied?: string[]
  /** In base64: what its own node group and a managed one start with. */
  readonly userData?: string
}

/** Four accounts in one unit, beside the hub and the management account, and the Regions eu-west-1 and us-east-1. */
export const organizationOf = (
  rest: Partial<z.input<typeof Organization>> = {},
  { tokens = 'optional', denied = [], userData }: Payments = {},
): z.input<typeof Organization> => ({
  version: 1,
  organization: { id: 'o-test', management: '100000000000', hub, externalId },
  regions: [region, 'us-east-1'],
  units: {
    Workloads: {
      accounts: {
        [payments]: {
          name: 'payments',
          role: { deny: denied },
          regions: {
            [region]: {
              instanceMetadataDefaults: { httpTokens: 'required' },
              launchTemplates: {
                web: {
                  versions: [
                    {
                      image:
                        'resolve:ssm:/aws/service/eks/optimized-ami/1.32/amazon-linux-2023/x86_64/standard/recommended/image_id',
                      metadataOptions: { httpTokens: tokens },
                      ...(userData && { userData: `base64:${userData}` }),
                    },
                    {
                      metadataOptions: { httpTokens: 'required' },
                      ...(userData && { userData: `base64:${userData}` }),
                    },
                    { metadataOptions: { httpTokens: 'required' } },
                  ],
                },
              },
              clusters: {
                shop: {
                  version: '1.32',
                  addons: { 'vpc-cni': 'v1.18.5-eksbuild.1' },
                  nodeGroups: { old: { amiType: 'AL2_x86_64', desiredSize: 2 }, pinned: { launchTemplate: 'web:2' } },
                },
              },
              launchConfigurations: { old: { image: 'ami-0a', instanceType: 'm5.large' } },
              instances: {
                karpenter: {
                  cluster: 'shop',
                  image: 'ami-0a',
                  tags: { 'karpenter.sh/nodepool': 'default', 'karpenter.k8s.aws/ec2nodeclass': 'default' },
                },
              },
              autoScalingGroups: {
                old: { cluster: 'shop', launchConfigurationName: 'old', desiredSize: 1 },
                web: {
                  cluster: 'shop',
                  launchTemplate: 'web:1',
                  nodes: [{ count: 1 }, { count: 1, lifecycleState: 'Warmed:Stopped' }],
                },
              },
            },
          },
        },
        [retail]: { name: 'retail', regions: { [region]: { clusters: { store: { version: '1.34' } } } } },
        [closed]: { name: 'closed', state: 'SUSPENDED' },
        [stranger]: { name: 'stranger', role: { trust: 'missing' } },
      },
    },
  },
  ...rest,
})

/** The IAM actions that a function called with its own credentials, and not with those of a role that it assumed. */
export const ownActions = (calls: readonly SeenCall[], by: string): ReadonlySet<string> =>
  new Set(calls.filter(call => call.by === by && call.accessKey === accessKeyOf(hub)).map(({ action }) => action))
