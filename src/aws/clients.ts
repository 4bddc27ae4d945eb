import type { OpenAccount, OrganizationReader } from '../core/ports.ts'
import { openAccountWith } from './account.ts'
import type { ApiCallCounter } from './calls.ts'
import { type ConnectOptions, connectionWith } from './connection.ts'
import { readOrganizationWith } from './organization.ts'

export type { ConnectOptions }

export interface Aws {
  readonly organization: OrganizationReader
  readonly openAccount: OpenAccount
  readonly calls: ApiCallCounter
}

/** AWS as the ports of core. Nothing is sent before the first question. */
export const connect = (options: ConnectOptions): Aws => {
  const connection = connectionWith(options)
  return {
    organization: readOrganizationWith(connection),
    openAccount: openAccountWith(connection),
    calls: connection.calls,
  }
}

const maxLength = 64

/** A role session name for a run. STS takes `[\w+=,.@-]{2,64}`, which leaves out the colons of a run id. */
export const sessionNameOf = (runId: string): string =>
  `eks-node-posture-${runId.replace(/[^\w+=,.@-]/g, '')}`.slice(0, maxLength)
