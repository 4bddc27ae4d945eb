import { parse } from 'smol-toml'
import { sha256HexOfBytes } from '../core/sha256.ts'
import type { NamedCluster } from '../core/user-data.ts'
import type { NodeConfigDraft, Placed } from './node-config-decode.ts'
import { hasExpansion } from './node-config-notes.ts'

type Text = Placed | undefined

const laterText = (earlier: Text, later: Text): Text => (later && later.text !== '' ? later : earlier)

const laterBytes = (earlier: Uint8Array | undefined, later: Uint8Array | undefined): Uint8Array | undefined =>
  later && later.length > 0 ? later : earlier

/** Go's mergo does not let an empty value override, and false is one. */
const laterFlag = (earlier: boolean | undefined, later: boolean | undefined): boolean | undefined =>
  earlier || later === undefined ? earlier : later

/** Merges two NodeConfigs of a node: the later wins, but for its empty values (nodeadm/internal/api/merge.go). */
export const mergeNodeConfigs = (earlier: NodeConfigDraft, later: NodeConfigDraft): NodeConfigDraft => ({
  hasCluster: earlier.hasCluster || later.hasCluster,
  name: laterText(earlier.name, later.name),
  apiServerEndpoint: laterText(earlier.apiServerEndpoint, later.apiServerEndpoint),
  certificateAuthority: laterBytes(earlier.certificateAuthority, later.certificateAuthority),
  cidr: laterText(earlier.cidr, later.cidr),
  enableOutpost: laterFlag(earlier.enableOutpost, later.enableOutpost),
  id: laterText(earlier.id, later.id),
  containerdConfig: laterText(earlier.containerdConfig, later.containerdConfig),
})

/** Whether a text is TOML, which nodeadm merges into a configuration of its own. */
export const isToml = (text: string): boolean => {
  try {
    parse(text, { integersAsBigInt: true })
    return true
  } catch {
    return false
  }
}

const isMissing = (value: Text): boolean => value === undefined || value.text === ''

/** The cluster fields that `nodeadm config check` asks for and does not find (nodeadm/internal/api/validation.go). */
export const missingFields = (merged: NodeConfigDraft): readonly string[] => {
  if (!merged.hasCluster) return ['spec.cluster']
  const missing: string[] = []
  if (isMissing(merged.name)) missing.push('spec.cluster.name')
  if (isMissing(merged.apiServerEndpoint)) missing.push('spec.cluster.apiServerEndpoint')
  if (merged.certificateAuthority === undefined) missing.push('spec.cluster.certificateAuthority')
  if (isMissing(merged.cidr)) missing.push('spec.cluster.cidr')
  if (merged.enableOutpost && isMissing(merged.id)) missing.push('spec.cluster.id')
  return missing
}

const written = (value: Text): string | undefined =>
  value === undefined || value.text === '' || hasExpansion(value.text) ? undefined : value.text

/** The cluster that the merged NodeConfig names; a value that counts on a shell names nothing. */
export const namedCluster = (merged: NodeConfigDraft): NamedCluster => {
  const name = written(merged.name)
  const endpoint = written(merged.apiServerEndpoint)
  const serviceCidr = written(merged.cidr)
  const { certificateAuthority } = merged
  return {
    ...(name === undefined ? {} : { name }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(serviceCidr === undefined ? {} : { serviceCidr }),
    ...(certificateAuthority?.length ? { caSha256: sha256HexOfBytes(certificateAuthority) } : {}),
  }
}
