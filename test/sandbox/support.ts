import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { EC2Client } from '@aws-sdk/client-ec2'
import { EKSClient } from '@aws-sdk/client-eks'
import { IAMClient } from '@aws-sdk/client-iam'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import { SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type * as z from 'zod'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { Organization } from '../../src/sandbox/organization.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts'

type Written = z.input<typeof Organization>
type WrittenUnits = NonNullable<Written['units']>
export type WrittenAccount = NonNullable<WrittenUnits[string]['accounts']>[string]
export type WrittenRegion = Exclude<NonNullable<WrittenAccount['regions']>[string], 'not-opted-in'>

export const management = '100000000000'
export const hub = '111111111111'
export const member = '222222222222'
export const region = 'eu-west-1'

/** An organization with one member account in the unit Workloads; a case overrides what it is about. */
export const organization = (account: Partial<WrittenAccount> = {}, rest: Partial<Written> = {}) =>
  Organization.parse({
    version: 1,
    organization: { id: 'o-test', management, hub, externalId: 'sesame' },
    regions: [region, 'us-east-1'],
    units: { Workloads: { accounts: { [member]: { name: 'member', ...account } } } },
    ...rest,
  })

/** The same, with something in the member's eu-west-1. */
export const organizationWith = (written: WrittenRegion, rest: Partial<Written> = {}) =>
  organization({ regions: { [region]: written } }, rest)

export const sandboxOf = (...args: Parameters<typeof organization>) => createSandbox(organization(...args))
export const sandboxWith = (written: WrittenRegion, rest: Partial<Written> = {}, options: SandboxOptions = {}) =>
  createSandbox(organizationWith(written, rest), options)

export const configOf = (sandbox: Sandbox, accountId = member, where = region) => ({
  region: where,
  credentials: { accessKeyId: accessKeyOf(accountId), secretAccessKey: secretKey },
  requestHandler: requestHandlerOf(sandbox),
  maxAttempts: 1,
})
type Config = ReturnType<typeof configOf>

export const clientsOf = (config: Omit<Config, 'requestHandler'> & Partial<Config> & { endpoint?: string }) => ({
  organizations: new OrganizationsClient(config),
  sts: new STSClient(config),
  ec2: new EC2Client(config),
  autoscaling: new AutoScalingClient(config),
  ssm: new SSMClient(config),
  eks: new EKSClient(config),
  iam: new IAMClient(config),
  cloudwatch: new CloudWatchClient(config),
})

/** Clients in an account, with its own key. */
export const clients = (sandbox: Sandbox, accountId = member, where = region) =>
  clientsOf(configOf(sandbox, accountId, where))

/** Clients in an account, with the role that the hub assumes there. */
export const clientsInRole = async (sandbox: Sandbox, accountId = member, where = region) => {
  const { Credentials } = await clients(sandbox, hub).sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${accountId}:role/eks-node-posture-read`,
      RoleSessionName: 'test',
      ExternalId: 'sesame',
    }),
  )
  return clientsOf({
    ...configOf(sandbox, accountId, where),
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    } as Config['credentials'],
  })
}

/** What a call was refused with. */
export const refusalOf = async (call: Promise<unknown>) => {
  try {
    await call
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
    return { name, message, status: $metadata?.httpStatusCode }
  }
  throw new Error('The call was answered.')
}
