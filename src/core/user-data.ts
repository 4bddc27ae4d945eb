import * as z from 'zod'

/** What a piece of user data is, as cloud-init, Bottlerocket or EC2Launch tell it by header or first line. */
export const UserDataFormat = z.enum([
  'mime',
  'shell',
  'cloud-config',
  'nodeconfig',
  'bottlerocket',
  'powershell',
  'empty',
  /** Text whose meaning stands elsewhere or nowhere: a hash in place of the text, an `#include`, bytes that are no text. */
  'opaque',
])
export type UserDataFormat = z.infer<typeof UserDataFormat>

export const PartKind = z.enum([
  'shell',
  'boothook',
  'cloud-config',
  'archive',
  'include',
  'part-handler',
  'nodeconfig',
  'bottlerocket',
  'powershell',
  'other',
])
export type PartKind = z.infer<typeof PartKind>

/** Something that will not be read as its author meant it; `line` counts from 1 in the decoded text. */
export const UserDataProblem = z.strictObject({ id: z.string(), message: z.string(), line: z.int() }).readonly()
export type UserDataProblem = z.infer<typeof UserDataProblem>

/** A construct that works on AL2 and not on AL2023; `advice` says what happens and what to use instead. */
export const UserDataConstruct = z
  .strictObject({ id: z.string(), line: z.int(), breaks: z.literal('al2023'), advice: z.string() })
  .readonly()
export type UserDataConstruct = z.infer<typeof UserDataConstruct>

/** The cluster that user data names; what it leaves out, or computes when the node starts, is absent. */
export const NamedCluster = z
  .strictObject({
    name: z.string().optional(),
    endpoint: z.string().optional(),
    serviceCidr: z.string().optional(),
    /** SHA-256, in hex, of the certificate authority's bytes. */
    caSha256: z.string().optional(),
  })
  .readonly()
export type NamedCluster = z.infer<typeof NamedCluster>

/** What `nodeadm config check` would say, with the cluster fields that are missing and what nodeadm passes over. */
export const NodeConfigFacts = z
  .strictObject({
    /**
     * `complete`: nodeadm accepts it; `partial`: it decodes, but a cluster field or the cluster section is missing;
     * `invalid`: nodeadm rejects it for any other reason; `absent`: there is none.
     */
    status: z.enum(['complete', 'partial', 'invalid', 'absent']),
    /** `spec.cluster`, or the fields of it that are missing: `spec.cluster.cidr`. */
    missing: z.array(z.string()).readonly(),
    problems: z.array(UserDataProblem).readonly(),
  })
  .readonly()
export type NodeConfigFacts = z.infer<typeof NodeConfigFacts>

/**
 * What user data says that a check may know. User data can hold secrets, so this has no other value of it: neither lines,
 * nor arguments, nor the names of files.
 */
export const UserDataFacts = z
  .strictObject({
    encoding: z.array(z.enum(['base64', 'gzip'])).readonly(),
    format: UserDataFormat,
    /** What brings the node into its cluster; `nodeadm` wherever a NodeConfig was meant, also beside bootstrap.sh. */
    bootstrap: z.enum(['nodeadm', 'bootstrap.sh', 'bottlerocket', 'windows', 'none']),
    /** Where `/etc/eks/bootstrap.sh` is called, by line. */
    bootstrapCalls: z.array(z.int()).readonly(),
    parts: z.array(z.strictObject({ contentType: z.string(), kind: PartKind }).readonly()).readonly(),
    nodeConfig: NodeConfigFacts,
    constructs: z.array(UserDataConstruct).readonly(),
    cluster: NamedCluster,
    /** Whether a script names nodeadm's folder of drop-ins, so that it may add a NodeConfig when the node starts. */
    namesDropIns: z.literal(true).optional(),
  })
  .readonly()
export type UserDataFacts = z.infer<typeof UserDataFacts>

/** Whether all that a node would run was there to read: an include or a part handler brings in what stands elsewhere. */
export const isWhollyRead = ({ format, parts }: UserDataFacts): boolean =>
  format !== 'opaque' && !parts.some(({ kind }) => kind === 'include' || kind === 'part-handler')
