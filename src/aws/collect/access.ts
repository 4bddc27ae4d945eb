import type { Ask } from '../ask.ts'
import type { RegionClients } from '../connection.ts'
import type { OidcProviders } from './oidc-providers.ts'

/** One account-Region, and the way to ask about it. */
export interface RegionAccess {
  readonly accountId: string
  readonly partition: string
  readonly region: string
  readonly clients: RegionClients
  readonly ask: Ask
  /** Those of the account, which are asked for once and not in every Region. */
  readonly oidcProviders: () => Promise<OidcProviders>
}
