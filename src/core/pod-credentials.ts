import type { Cluster, RegionInventory } from './inventory.ts'
import { known, notRead, type Read } from './read.ts'
import type { PodCredentials } from './subjects.ts'

/**
 * How pods of a cluster can have credentials of their own: EKS Pod Identity where it has an association, else IAM roles
 * for service accounts where IAM has an OIDC provider for the cluster's issuer.
 */
export const podCredentialsOf = ({ oidcProviders }: RegionInventory, cluster: Cluster): Read<PodCredentials> => {
  const { podIdentity, detail } = cluster
  if (podIdentity.ok && podIdentity.value) return known('EKS Pod Identity')
  if (!detail.ok) return detail
  const issuer = detail.value.oidcIssuer?.replace(/^https:\/\//, '')
  // Without an issuer, as in a local cluster on Outposts, no provider of IAM can be its own.
  const providers = issuer === undefined ? known([]) : (oidcProviders ?? unasked)
  if (!providers.ok) return providers
  if (providers.value.some(arn => arn.endsWith(`:oidc-provider/${issuer}`))) return known('IAM OIDC provider')
  return podIdentity.ok ? known('none') : podIdentity
}

const unasked = notRead('iam:ListOpenIDConnectProviders', 'IAM was not asked for OIDC providers')
