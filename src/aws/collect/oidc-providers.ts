import { type IAMClient, ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam'
import type { Failure, Read } from '../../core/read.ts'
import { type Ask, failuresOf, readOf } from '../ask.ts'

/** The ARNs of an account's IAM OIDC providers. */
export interface OidcProviders {
  readonly providers: Read<readonly string[]>
  readonly failures: readonly Failure[]
}

/** Asks IAM, which answers for all Regions of an account at once, and without pages. */
export const readOidcProviders = async (ask: Ask, client: IAMClient): Promise<OidcProviders> => {
  const answer = await ask('iam:ListOpenIDConnectProviders', () => client.send(new ListOpenIDConnectProvidersCommand()))
  const providers = readOf(answer, ({ OpenIDConnectProviderList = [] }) =>
    OpenIDConnectProviderList.flatMap(({ Arn }) => Arn ?? []).sort(),
  )
  return { providers, failures: failuresOf(answer) }
}
