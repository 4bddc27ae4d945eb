import * as z from 'zod'

/** AWS Organizations' account states; only ACTIVE accounts can be asked. */
export const AccountState = z.enum(['PENDING_ACTIVATION', 'ACTIVE', 'SUSPENDED', 'PENDING_CLOSURE', 'CLOSED'])
export type AccountState = z.infer<typeof AccountState>

export const OrganizationalUnit = z.strictObject({ id: z.string(), name: z.string() }).readonly()
export type OrganizationalUnit = z.infer<typeof OrganizationalUnit>

/**
 * An account to scan. The external id is no part of it: whoever assumes the role adds it from its own configuration,
 * so that no secret travels in lists and messages.
 */
export const Target = z
  .strictObject({
    accountId: z.string().regex(/^\d{12}$/),
    name: z.string(),
    /** The account's ARN in its organization. */
    arn: z.string(),
    /** From the root's child down to the account's own OU; null where Organizations did not say. */
    ouPath: z.array(OrganizationalUnit).readonly().nullable(),
    state: AccountState,
    /** The role to assume; null for the hub's own account, which is read with the hub's own credentials. */
    roleArn: z.string().nullable(),
    partition: z.string(),
  })
  .readonly()
export type Target = z.infer<typeof Target>
