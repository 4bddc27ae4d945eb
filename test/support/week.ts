import { deliver } from '../../src/app/deliver.ts'
import { makeDigest } from '../../src/app/digest.ts'
import { scanAndRemember } from '../../src/app/scan-memory.ts'
import { connect } from '../../src/aws/clients.ts'
import { checks } from '../../src/checks/index.ts'
import { parseYaml } from '../../src/config/yaml.ts'
import type { Check } from '../../src/core/check.ts'
import { type Policy, policySchema } from '../../src/core/policy.ts'
import type { Message } from '../../src/core/ports.ts'
import type { ScanResult } from '../../src/core/result.ts'
import { startRun } from '../../src/core/run.ts'
import type { Store } from '../../src/core/store.ts'
import { pass } from '../../src/core/verdict.ts'
import { accessKeyOf, secretKey } from '../../src/sandbox/keys.ts'
import { Organization } from '../../src/sandbox/organization.ts'
import { requestHandlerOf } from '../../src/sandbox/request-handler.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'

/**
 * A week of an organization of three accounts: what changes from day to day, and nothing else does.
 * 1 the first night; 2 two groups are fixed and one is new; 3 an account is lost; 4 it is back, and something is open again
 * that was fixed; 5 a waiver has ended; 6 nothing; 7 an account is closed; 8 the tool has one new and one sharper check.
 */
export const days = [1, 2, 3, 4, 5, 6, 7, 8] as const
export type Day = (typeof days)[number]

const hub = '111111111111'
const monday = Date.UTC(2026, 10, 16, 2)
const msPerDay = 24 * 60 * 60 * 1000

/** The time of the night of a day. */
export const timeOf = (day: Day) => new Date(monday + (day - 1) * msPerDay)
/** The run of a day. */
export const runOf = (day: Day) => startRun(timeOf(day), `${day}`.repeat(6))

const defaults = '{ httpTokens: required, httpPutResponseHopLimit: 1 }'
const al2023 = 'amiType: AL2023_x86_64_STANDARD'
const al2 = 'amiType: AL2_x86_64'
/** Data's clusters, as long as it has any. */
const lake = (day: Day) => `
            clusters:
              lake:
                version: '1.32'
                tags: { team: lake }
                upgradePolicy: { supportType: EXTENDED }
                addons: { vpc-cni: v1.19.0-eksbuild.1 }
                nodeGroups:
                  etl: { ${day === 1 ? al2 : al2023}, desiredSize: 6 }
                  spark: { ${day === 1 || day >= 4 ? al2 : al2023}, desiredSize: 9 }`

const organizationOf = (day: Day) => `
version: 1
now: ${timeOf(day).toISOString()}
organization: { id: o-week, management: '100000000000', hub: '${hub}' }
regions: [eu-west-1, us-east-1]
accounts: { '100000000000': { name: boss, regions: { eu-west-1: { instanceMetadataDefaults: ${defaults} }, us-east-1: { instanceMetadataDefaults: ${defaults} } } } }
units:
  Platform:
    accounts:
      '${hub}':
        name: tooling
        regions: { eu-west-1: { instanceMetadataDefaults: ${defaults} }, us-east-1: { instanceMetadataDefaults: ${defaults} } }
  Shops:
    accounts:
      '222222222222':
        name: shop
        regions:
          us-east-1: { instanceMetadataDefaults: ${defaults} }
          eu-west-1:
            instanceMetadataDefaults: ${defaults}
            launchTemplates:
              till: { versions: [{ metadataOptions: { httpTokens: optional, httpPutResponseHopLimit: 1 } }] }
              unused: { versions: [{ metadataOptions: { httpTokens: optional, httpPutResponseHopLimit: 2 } }] }
            clusters:
              shop:
                version: '1.32'
                upgradePolicy: { supportType: EXTENDED }
                addons: { vpc-cni: v1.19.0-eksbuild.1 }
                nodeGroups:
                  web: { ${day === 1 ? al2 : al2023}, desiredSize: 4 }
                  till: { ${al2023}, launchTemplate: till, desiredSize: 2 }
                  legacy: { ${al2}, desiredSize: 3 }${
                    day === 1
                      ? ''
                      : `
                  search: { ${al2}, desiredSize: 5 }`
                  }
  Data:
    accounts:
      '333333333333':
        name: data
        state: ${day >= 7 ? 'CLOSED' : 'ACTIVE'}
        ${day === 3 ? 'role: { trust: missing }' : ''}
        regions:
          us-east-1: { instanceMetadataDefaults: ${defaults} }
          eu-west-1:
            instanceMetadataDefaults: ${defaults}${lake(day)}
`

/** posture.yaml of the week. */
export const weekPolicy: Policy = policySchema(checks.map(({ id }) => id)).parse({
  version: 1,
  owners: { tag: 'team', accounts: { '222222222222': 'storefront' } },
  dueDays: { critical: 5 },
  digest: { reportUrl: 'https://posture.example/nightly' },
  waivers: [
    {
      ...{ check: 'node-group-off-amazon-linux-2', resource: 'shop/legacy', account: '222222222222' },
      ...{ owner: 'storefront', reason: 'replaced by till', ticket: 'SHOP-7', expires: '2026-11-19' },
    },
  ],
})

const newCheck = 'node-group-hop-limit-fits'
const sharperCheck = 'launch-template-imdsv2-required'

/** The catalogue of a day: until the last one a check is missing, and another one passes templates that nobody uses. */
const checksOf = (day: Day): readonly Check[] =>
  day === 8
    ? checks.map(check => (check.id === sharperCheck ? { ...check, revision: check.revision + 1 } : check))
    : checks.filter(({ id }) => id !== newCheck).map(check => (check.id === sharperCheck ? blunt(check) : check))

const blunt = (check: Check): Check => ({
  ...check,
  evaluate: (subject, rules) => {
    const verdict = check.evaluate(subject, rules)
    return verdict.status === 'fail' && verdict.severity === 'low' ? pass : verdict
  },
})

/** What a night leads to. */
export interface NightOfWeek {
  readonly result: ScanResult
  readonly messages: readonly Message[]
  /** The digest as `report --format digest` prints it. */
  readonly preview: string
}

/** One night of the week, from the organization in the sandbox to the messages. */
export const playDay = async (day: Day, store: Store, policy = weekPolicy): Promise<NightOfWeek> => {
  const time = timeOf(day)
  const now = () => time
  const sandbox = createSandbox(parseYaml(organizationOf(day), 'week.yaml', Organization))
  const { organization, openAccount, calls } = connect({
    sessionName: 'eks-node-posture-week',
    now,
    region: 'eu-west-1',
    credentials: { accessKeyId: accessKeyOf(hub), secretAccessKey: secretKey },
    requestHandler: requestHandlerOf(sandbox),
  })
  const run = runOf(day)
  const who = { kind: 'organization' } as const
  const toolVersion = day === 8 ? '0.2.0' : '0.1.0'
  const result = await scanAndRemember(
    { run, who, policy, checks: checksOf(day), toolVersion },
    { organization, openAccount, apiCalls: () => calls.read().answered, now, store },
    { planned: () => {}, scanned: () => {} },
    true,
  )
  const preview = (await makeDigest(run.id, store)).text
  const messages: Message[] = []
  const publish = async (message: Message) => {
    messages.push(message)
  }
  await deliver(run.id, { store, publish, now })
  return { result, messages, preview }
}
