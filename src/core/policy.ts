import * as z from 'zod'
import { matchesGlob } from './glob.ts'
import type { Tags } from './inventory.ts'
import { known, type Read, readValue } from './read.ts'
import { hasTag } from './tags.ts'
import { type Severity, severities } from './verdict.ts'
import { waiversSchema } from './waiver-schema.ts'

const SeverityName = z.enum(severities)
const text = (pattern: RegExp, expectation: string) => z.string(expectation).regex(pattern, expectation)
const AccountId = text(/^\d{12}$/, 'expected an account id: 12 digits in quotes')
const OuId = text(/^ou-[0-9a-z]+-[0-9a-z]+$/, 'expected the id of an organizational unit: ou-ab12-12345678')
const RegionName = text(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'expected a Region name: eu-west-1')
const Words = z.string().min(1)
const Tag = text(/^[^=]+=.*$/, 'expected a tag: key=value')
const Days = z.int().min(0)

const distinct = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .readonly()
    .superRefine((items, context) => {
      for (const [index, one] of items.entries()) {
        if (items.findIndex(other => JSON.stringify(other) === JSON.stringify(one)) < index) {
          context.addIssue({ code: 'custom', path: [index], message: 'stands here twice' })
        }
      }
    })

/** The name of an IAM role, with its path before it where it has one. */
export const rolePattern = /^[\w+=,.@/-]{1,128}$/

/** Include and exclude: with an include, only what it names; an exclude always wins. */
const selection = <T extends z.ZodType>(item: T) =>
  z.strictObject({ include: distinct(item).optional(), exclude: distinct(item).optional() }).readonly()

const Expectation = z
  .strictObject({
    /** Cluster name, `*` for any text. */
    cluster: Words.optional(),
    /** A tag of the node groups that are meant. */
    tag: Tag.optional(),
    hopLimit: z.int().min(1).max(64).optional(),
    podsNeedImds: z.boolean().optional(),
    /** The version of a VPC CNI that is not an EKS add-on, which no API tells. */
    vpcCni: text(/^v?\d+\.\d+\.\d+/, 'expected a version: 1.18.1').optional(),
    reason: Words.optional(),
  })
  .readonly()
  .refine(({ cluster, tag }) => cluster !== undefined || tag !== undefined, {
    path: ['cluster'],
    message: 'expected the name of a cluster, or a tag',
  })
  .refine(({ tag, podsNeedImds, vpcCni }) => tag === undefined || (podsNeedImds ?? vpcCni) === undefined, {
    path: ['tag'],
    message: 'a tag goes with hopLimit alone',
  })
  .refine(({ hopLimit, reason }) => hopLimit === undefined || reason !== undefined, {
    path: ['hopLimit'],
    message: 'an expected hop limit needs a reason',
  })
export type Expectation = z.infer<typeof Expectation>

/**
 * What posture.yaml may say, with every default filled in.
 * @param checkIds the checks that exist, so that a misspelt one is an error and not silence.
 * @param today the day on which it is read, UTC; without it a waiver may expire whenever it wants.
 */
export const policySchema = (checkIds: Pick<readonly string[], 'includes'>, today?: string) => {
  const CheckId = z.string().refine(id => checkIds.includes(id), {
    error: ({ input }) => `there is no check ${String(input)}; the catalogue is: npx eks-node-posture checks`,
  })
  const names = { check: CheckId, account: AccountId, ou: OuId, region: RegionName, tag: Tag }
  return z
    .strictObject({
      version: z.literal(1, 'expected version: 1'),
      scope: z
        .strictObject({
          accounts: selection(AccountId).default({}),
          ous: selection(OuId).default({}),
          regions: selection(RegionName).default({}),
        })
        .readonly()
        .prefault({}),
      role: z
        .strictObject({ name: text(rolePattern, 'expected the name of an IAM role') })
        .readonly()
        .optional(),
      checks: z
        .strictObject({
          enable: distinct(CheckId).default([]),
          disable: distinct(CheckId).default([]),
          severity: z.record(CheckId, SeverityName).readonly().default({}),
        })
        .readonly()
        .prefault({}),
      expect: distinct(Expectation).default([]),
      owners: z
        .strictObject({
          tag: Words.optional(),
          accounts: z.record(AccountId, Words).readonly().default({}),
          ous: z.record(OuId, Words).readonly().default({}),
        })
        .readonly()
        .prefault({}),
      dueDays: z
        .strictObject({ critical: Days, high: Days, medium: Days, low: Days, info: Days })
        .partial()
        .readonly()
        .default({}),
      alerts: z
        .strictObject({ minSeverity: SeverityName.default('high') })
        .readonly()
        .prefault({}),
      digest: z
        .strictObject({
          whenNothingChanged: z.enum(['one-line', 'silent']).default('one-line'),
          reportUrl: z.url({ protocol: /^https$/, error: 'expected an https address' }).optional(),
        })
        .readonly()
        .prefault({}),
      /** The Security Hub of the hub's own account and Region. */
      securityHub: z
        .strictObject({ import: z.boolean().default(false) })
        .readonly()
        .prefault({}),
      limits: z
        .strictObject({
          /** Accounts read at once, at least 1. */
          accounts: z.int().min(1).max(100).default(8),
          /** Regions of one account read at once, at least 1. */
          regions: z.int().min(1).max(50).default(4),
          /** The part of AWS's published rates that a scan may use, above 0 and at most 1. */
          share: z.number().gt(0).max(1).default(0.25),
        })
        .readonly()
        .prefault({}),
      waivers: waiversSchema(names, today).default([]),
    })
    .readonly()
    .superRefine((policy, context) => {
      const { checks } = policy
      if (JSON.stringify(policy).length > mostCharacters) {
        const message = `are too many: as JSON the whole of posture.yaml may have ${mostCharacters} characters`
        context.addIssue({ code: 'custom', path: ['waivers'], message })
      }
      for (const [index, id] of checks.disable.entries()) {
        if (checks.enable.includes(id)) {
          context.addIssue({ code: 'custom', path: ['checks', 'disable', index], message: `${id} is enabled as well` })
        }
      }
    })
}
export type Policy = z.output<ReturnType<typeof policySchema>>

/** A night's policy is one item of the store, and DynamoDB takes 400 KB. */
const mostCharacters = 300_000

/** The policy of a scan without posture.yaml. */
export const defaultPolicy: Policy = policySchema([]).parse({ version: 1 })

/** Why a selection leaves something out, in words; undefined when it is in. */
export const leavesOut = (
  {
    include,
    exclude,
  }: { readonly include?: readonly string[] | undefined; readonly exclude?: readonly string[] | undefined },
  candidates: readonly string[],
): 'exclude' | 'include' | undefined => {
  if (exclude?.some(item => candidates.includes(item))) return 'exclude'
  if (include && !include.some(item => candidates.includes(item))) return 'include'
  return undefined
}

/** What posture.yaml may expect of something. */
type Expected = 'hopLimit' | 'podsNeedImds' | 'vpcCni'

/** What the policy expects of a cluster under `key`: of the first entry that matches its name and says it. */
export const expected = (policy: Policy, clusterName: string, key: Expected): Expectation | undefined =>
  readValue(expectedOf(policy, { clusterName, tags: known({}) }, key))

/**
 * What the policy expects of a node group under `key`: of the first entry that says it and whose cluster and tag, where
 * it names them, are those of the group. Not known where tags that were not read decide which entry that is.
 */
export const expectedOf = (
  policy: Policy,
  { clusterName, tags }: { readonly clusterName: string; readonly tags: Read<Tags> },
  key: Expected,
): Read<Expectation | undefined> => {
  for (const entry of policy.expect) {
    if (entry[key] === undefined || !matchesGlob(entry.cluster ?? '*', clusterName)) continue
    if (entry.tag === undefined) return known(entry)
    if (!tags.ok) return tags
    if (hasTag(tags.value, entry.tag)) return known(entry)
  }
  return known(undefined)
}

/** The severity that posture.yaml gives a check, whatever the check itself says of the case. */
export const severityFor = (policy: Policy, checkId: string): Severity | undefined => policy.checks.severity[checkId]
