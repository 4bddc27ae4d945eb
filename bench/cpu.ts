import type { Organization } from '../src/sandbox/organization.ts'
import { requestHandlerOf } from '../src/sandbox/request-handler.ts'
import { createSandbox } from '../src/sandbox/sandbox.ts'
import { scopeOf, textOf } from '../src/sandbox/wire.ts'
import { compareCpu, type Figure, inPercent } from './harness.ts'
import { acme, generate, shapes } from './organizations.ts'
import { recordCalls, sendBare } from './record-calls.ts'
import { hubOf, scanOver } from './scan-sandbox.ts'

const budget = 1.3
const rounds = { warmUps: 2, repeats: 9 }

/** Processor time of a scan over that of the same calls sent bare, with the sandbox at work in both and in neither. */
export const benchCpu = async (): Promise<Figure[]> => {
  const organizations = {
    acme: await acme(),
    wide: generate({ ...shapes.wide, accounts: 12 }),
    deep: generate({ ...shapes.deep, accounts: 2 }),
  }
  const figures: Figure[] = []
  for (const [name, organization] of Object.entries(organizations)) {
    figures.push(await compare(`cpu, ${name}`, organization, inSandbox))
    const replayed = await compare(`cpu, ${name}, answers from memory`, organization, fromMemory)
    figures.push({ ...replayed, isAdvice: true })
  }
  return figures
}

type Handler = ReturnType<typeof requestHandlerOf>
type Request = Parameters<Handler['handle']>[0]

const compare = async (
  name: string,
  organization: Organization,
  carry: (organization: Organization) => () => Handler,
) => {
  const nextHandler = carry(organization)
  const { recording, calls } = recordCalls(hubOf(organization, { requestHandler: nextHandler() }))
  await scanOver(recording)
  const { ratio, subject, reference } = await compareCpu(
    () => scanOver(hubOf(organization, { requestHandler: nextHandler() })),
    () => sendBare(calls, nextHandler()),
    rounds,
  )
  const perCall = (ms: number) => `${(ms / calls.length).toFixed(2)} ms`
  return {
    name,
    value: ratio.median,
    unit: 'ratio',
    budget,
    note: `${inPercent(ratio.spread)}; ${calls.length} calls of ${perCall(subject.median)} in a scan, ${perCall(reference.median)} bare`,
  } satisfies Figure
}

/** A sandbox each time: its token buckets are full, and what it derives it derives once in scan and bare calls alike. */
const inSandbox = (organization: Organization) => () => requestHandlerOf(createSandbox(organization))

/** The sandbox's answers from the first time they were given, so that its own work is in no measurement. */
const fromMemory = (organization: Organization) => {
  const { handle } = requestHandlerOf(createSandbox(organization))
  const answers = new Map<string, Awaited<ReturnType<Handler['handle']>>>()
  const remember: Handler['handle'] = async request => {
    const key = keyOf(request)
    const answer = answers.get(key) ?? (await handle(request))
    answers.set(key, answer)
    return answer
  }
  return () => ({ handle: remember })
}

/** What tells requests apart; not the signature and its date, which never repeat. */
const keyOf = ({ body, ...request }: Request) => {
  const wire = { ...request, body: typeof body === 'string' || body instanceof Uint8Array ? body : '' }
  const { accessKey, region, service } = scopeOf(wire) ?? {}
  const { method, path, query, headers } = wire
  return [accessKey, region, service, method, path, JSON.stringify(query), headers['x-amz-target'], textOf(wire)].join(
    '\n',
  )
}
