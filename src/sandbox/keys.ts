import * as z from 'zod'

/** Who sends a call: an account's own user, or a role that the hub assumed there. */
export interface Caller {
  readonly accountId: string
  readonly arn: string
  readonly userId: string
  /** The role's name; an account's own user has none. */
  readonly role: string | undefined
}

const Session = z.strictObject({ account: z.string(), role: z.string(), session: z.string(), expires: z.number() })

/** The long-term access key of an account's administrator. The sandbox reads no signature, so any secret goes with it. */
export const accessKeyOf = (accountId: string) => `AKIA0000${accountId}`

/** The secret to write where a client insists on one. */
export const secretKey = 'the-sandbox-does-not-verify-signatures'

/** Temporary credentials of a role; the session token carries who it is, because the sandbox keeps no state. */
export const sessionOf = (accountId: string, role: string, session: string, expiration: Date) => ({
  AccessKeyId: `ASIA0000${accountId}`,
  SecretAccessKey: secretKey,
  SessionToken: Buffer.from(
    JSON.stringify({ account: accountId, role, session, expires: expiration.getTime() }),
  ).toString('base64url'),
  Expiration: expiration,
})

/** The caller behind a key and token; `invalid` for a key that the sandbox never gave, `expired` for an old session. */
export const callerOf = (key: string, token: string | undefined, nowMs: number): Caller | 'invalid' | 'expired' => {
  const [, kind, accountId] = /^(AKIA|ASIA)0000(\d{12})$/.exec(key) ?? []
  if (!accountId) return 'invalid'
  if (kind === 'AKIA') return userOf(accountId)
  const session = readToken(token)
  if (session?.account !== accountId) return 'invalid'
  if (session.expires <= nowMs) return 'expired'
  return roleOf(accountId, session.role, session.session)
}

/** The caller that a role session is. */
export const roleOf = (accountId: string, role: string, session: string): Caller => ({
  accountId,
  arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${session}`,
  userId: `AROA0000${accountId}:${session}`,
  role,
})

const userOf = (accountId: string): Caller => ({
  accountId,
  arn: `arn:aws:iam::${accountId}:user/admin`,
  userId: `AIDA0000${accountId}`,
  role: undefined,
})

const readToken = (token: string | undefined) => {
  try {
    return Session.parse(JSON.parse(Buffer.from(token ?? '', 'base64url').toString()))
  } catch {
    return undefined
  }
}
