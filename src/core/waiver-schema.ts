import * as z from 'zod'
import { matchesGlob } from './glob.ts'

/** What posture.yaml may say in a waiver: what it is about, and who answers for it until when. */

const places = ['account', 'ou', 'region', 'cluster', 'resource', 'tag'] as const
const words = (most: number) => z.string().max(most).regex(/\S/, 'expected text, got none')

const aDay = 'expected a date: 2027-03-31'
const Day = z.iso.date({ error: ({ input }) => (input === undefined ? `is missing: ${aDay}` : aDay) })

/** Schemas of things that other parts of posture.yaml name as well. */
interface Names {
  readonly check: z.ZodType<string>
  readonly account: z.ZodType<string>
  readonly ou: z.ZodType<string>
  readonly region: z.ZodType<string>
  readonly tag: z.ZodType<string>
}

/**
 * A waiver. It names at least one place, for one that names none would be a check that is off.
 * @param latest the last day on which it may expire, a year ahead; without it none is too late.
 */
const waiverSchema = ({ check, account, ou, region, tag }: Names, latest: string | undefined) =>
  z
    .strictObject({
      /** @default every check */
      check: check.optional(),
      account: account.optional(),
      ou: ou.optional(),
      region: region.optional(),
      /** Cluster name, `*` for any text. */
      cluster: words(200).optional(),
      /** Name, `cluster/name` or id of a resource, `*` for any text. */
      resource: words(500).optional(),
      tag: tag.optional(),
      owner: words(100),
      reason: words(300),
      ticket: words(100),
      /** The last day on which it holds, UTC. */
      expires: Day,
    })
    .readonly()
    .superRefine((waiver, context) => {
      const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
      for (const key of ['cluster', 'resource'] as const) {
        if (matchesAll(key, waiver[key] ?? '')) complain(key, 'matches everything: name a part of it, or leave it out')
      }
      if (places.every(place => waiver[place] === undefined)) {
        const where = 'name an account, ou, region, cluster, resource or tag'
        complain('check', `matches everything: ${where}; a check is switched off under checks.disable`)
      }
      if (latest !== undefined && waiver.expires > latest && Day.safeParse(waiver.expires).success) {
        complain('expires', `is more than a year ahead: ${latest} is the latest day`)
      }
    })

/**
 * The ids of every kind of resource, with a `?` for what tells one from another: a pattern that matches these matches
 * every id, for no id has that sign.
 */
const everyId = [
  ':?::?:account/?-?/?',
  ...[
    'cluster/?',
    'nodegroup/?/?/?',
    'image/?-?',
    'launch-template/?-?',
    'autoScalingGroup:?:autoScalingGroupName/?',
  ].map(rest => `:?:?-?-?:?:${rest}`),
]
const partitions = ['arn:aws', 'arn:aws-cn', 'arn:aws-us-gov']

const matchesAll = (key: 'cluster' | 'resource', pattern: string) =>
  /^\*+$/.test(pattern) ||
  (key === 'resource' &&
    partitions.some(partition => everyId.every(rest => matchesGlob(pattern, `${partition}${rest}`))))

/** The list of waivers, in which no two are about the same. */
export const waiversSchema = (names: Names, today: string | undefined) =>
  z
    .array(waiverSchema(names, today === undefined ? undefined : yearAfter(today)))
    .readonly()
    .superRefine((waivers, context) => {
      const seen = new Map<string, number>()
      for (const [index, waiver] of waivers.entries()) {
        const about = JSON.stringify([waiver.check, ...places.map(place => waiver[place])])
        const first = seen.get(about)
        if (first !== undefined) {
          context.addIssue({ code: 'custom', path: [index], message: `waives the same as waivers.${first}` })
        }
        seen.set(about, first ?? index)
      }
    })

/** The same day of the next year; of the 29th of February the 28th. */
const yearAfter = (day: string) => {
  const next = `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`
  return next.endsWith('-02-29') ? next.replace('-02-29', '-02-28') : next
}
