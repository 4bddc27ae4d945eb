import type { UserDataFacts } from '../core/user-data.ts'
import type { CloudInitReading } from './cloud-init.ts'
import type { Decoded } from './decode.ts'
import { isMeantAsNodeConfig, type NodeConfigReading, readNodeConfigs } from './node-config.ts'
import type { NodeadmReading } from './nodeadm-mime.ts'
import type { Part } from './part.ts'
import { nodeConfigType } from './part-kind.ts'

/** A NodeConfig as nodeadm sees it, `absent` where there is none for anybody. */
export type SeenNodeConfig = Omit<NodeConfigReading, 'status'> & {
  readonly status: UserDataFacts['nodeConfig']['status']
}

const absent: SeenNodeConfig = { status: 'absent', missing: [], problems: [], cluster: {} }

/**
 * What nodeadm makes of the user data. A NodeConfig that only cloud-init's lax reading finds is one that nodeadm rejects:
 * why, the layout of the text tells.
 */
export const seeNodeConfig = (
  decoded: Decoded,
  nodeadm: NodeadmReading,
  cloudInit: CloudInitReading,
): SeenNodeConfig => {
  const documents = documentsFor(nodeadm)
  const config = nodeadm.kind === 'document' ? readDocument(nodeadm.part, cloudInit) : readParts(documents)
  if (config.status !== 'absent') return refusingBytes(decoded, documents, config)
  const lost = cloudInit.parts.find(({ kind }) => kind === 'nodeconfig')
  return lost ? { ...absent, status: 'invalid' } : absent
}

const documentsFor = (nodeadm: NodeadmReading): readonly Part[] => {
  if (nodeadm.kind === 'broken') return []
  if (nodeadm.kind === 'document') return [nodeadm.part]
  return nodeadm.parts.filter(({ contentType }) => contentType === nodeConfigType)
}

const readParts = (parts: readonly Part[]): SeenNodeConfig => (parts.length > 0 ? readNodeConfigs(parts) : absent)

/** What nodeadm takes is a NodeConfig, however odd; of the rest, which it tries as well, what looks like one is one with mistakes. */
const readDocument = (part: Part, { format }: CloudInitReading): SeenNodeConfig => {
  if (!/node\.eks\.aws|nodeconfig/i.test(part.text)) return absent
  const config = readNodeConfigs([part])
  const isMeant = format === 'nodeconfig' || isMeantAsNodeConfig(part.text)
  return config.status !== 'invalid' || isMeant ? config : absent
}

const replacement = '\uFFFD'

/** nodeadm rejects a NodeConfig with bytes that are no UTF-8; in the decoded text replacement characters stand for them. */
const refusingBytes = (
  { text, problems }: Decoded,
  documents: readonly Part[],
  config: SeenNodeConfig,
): SeenNodeConfig => {
  const areOfBytes = problems.some(({ id }) => id === 'user-data-not-utf-8') || !text.includes(replacement)
  const damaged = areOfBytes ? documents.find(document => document.text.includes(replacement)) : undefined
  if (!damaged) return config
  const problem = {
    id: 'node-config-not-utf-8',
    message: 'nodeadm rejects this NodeConfig, for it holds bytes that are no UTF-8: save it as UTF-8.',
    line: damaged.firstLine,
  }
  return { status: 'invalid', missing: [], problems: [...config.problems, problem], cluster: {} }
}
