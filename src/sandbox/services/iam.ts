import * as z from 'zod'
import { type Action, action, type Call } from '../action.ts'
import { factsOf } from '../clusters.ts'

/** AWS Identity and Access Management, which is one for all Regions of an account. */
export const iam: Readonly<Record<string, Action>> = {
  ListOpenIDConnectProviders: action(z.strictObject({}), (_input, call) => ({
    OpenIDConnectProviderList: [...new Set(issuersOf(call))].map(issuer => ({
      Arn: `arn:aws:iam::${call.caller.accountId}:oidc-provider/${issuer.replace('https://', '')}`,
    })),
  })),
}

const issuersOf = ({ model, caller }: Call) => {
  const { organization } = model
  const account = model.accounts.get(caller.accountId)?.account
  const ofClusters = Object.entries(account?.regions ?? {}).flatMap(([name, region]) => {
    if (region === 'not-opted-in') return []
    const place = { organization, accountId: caller.accountId, name, region }
    return Object.entries(region.clusters)
      .filter(([, { openIdConnectProvider }]) => openIdConnectProvider)
      .map(([clusterName, cluster]) => factsOf(place, clusterName, cluster).issuer)
  })
  return [...(account?.openIdConnectProviders ?? []), ...ofClusters]
}
