/** Whose credentials these are, as far as their ARN tells. */
export interface Identity {
  readonly arn: string
  readonly kind: 'root' | 'user' | 'assumed-role' | 'identity-center' | 'federated-user' | 'other'
  /** The user, the role, or the permission set of IAM Identity Center; of the root user and what is unknown the ARN. */
  readonly name: string
  /**
   * What `aws:PrincipalArn` of a trust policy has to match. STS leaves out the path of a role, so of a role it ends in
   * the name alone; of IAM Identity Center the path is known but for its Region.
   */
  readonly principal: string
}

const permissionSet = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/

/** Reads the ARN that STS answers to GetCallerIdentity. */
export const identityOf = (arn: string): Identity => {
  const [, partition = '', service, , accountId = '', ...rest] = arn.split(':')
  const [kind = '', ...path] = rest.join(':').split('/')
  const name = path.at(-1) ?? ''
  if (service === 'iam' && kind === 'root') return { arn, kind: 'root', name: arn, principal: arn }
  if (service === 'iam' && kind === 'user') return { arn, kind: 'user', name, principal: arn }
  if (service === 'sts' && kind === 'federated-user') return { arn, kind: 'federated-user', name, principal: arn }
  if (service !== 'sts' || kind !== 'assumed-role') return { arn, kind: 'other', name: arn, principal: arn }

  const [role = ''] = path
  const roles = `arn:${partition}:iam::${accountId}:role`
  const [, set] = permissionSet.exec(role) ?? []
  if (set === undefined) return { arn, kind: 'assumed-role', name: role, principal: `${roles}/${role}` }
  return { arn, kind: 'identity-center', name: set, principal: `${roles}/aws-reserved/sso.amazonaws.com/*${role}` }
}

const kinds: Readonly<Record<Identity['kind'], string>> = {
  root: 'the root user',
  user: 'IAM user',
  'assumed-role': 'role',
  'identity-center': 'IAM Identity Center, permission set',
  'federated-user': 'federated user',
  other: 'an identity of a kind that doctor does not know',
}

/** `role eks-operator`, `IAM Identity Center, permission set Audit`. */
export const identityInWords = ({ kind, name, arn }: Identity): string =>
  name === arn ? kinds[kind] : `${kinds[kind]} ${name}`
