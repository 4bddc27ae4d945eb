import { checks } from '../src/checks/index.ts'
import { addJudgements, evaluate } from '../src/core/evaluate.ts'
import type { RegionInventory } from '../src/core/inventory.ts'
import { joinSubjects } from '../src/core/join.ts'
import { defaultPolicy } from '../src/core/policy.ts'
import { requestHandlerOf } from '../src/sandbox/request-handler.ts'
import { createSandbox } from '../src/sandbox/sandbox.ts'
import { compareCpu, type Figure, inPercent } from './harness.ts'
import { groupsOfLargeAccount, largeAccount, readLargeAccount } from './large-account.ts'

const accounts = 10
const firstAccount = 300_000_000_000
const rounds = { warmUps: 2, repeats: 7 }
const budgetMs = 1_000

/** Joining and judging 10,000 node groups: ten accounts of a thousand, read once before the clock starts. */
export const benchEvaluation = async (): Promise<Figure[]> => {
  const organization = largeAccount()
  const requestHandler = requestHandlerOf(createSandbox(organization))
  const inventory = await readLargeAccount(organization, { requestHandler })
  const inventories = Array.from({ length: accounts }, (_, index) => inAccount(inventory, String(firstAccount + index)))
  const subjects = inventories.map(inventory => joinSubjects(inventory))
  const groups = subjects.reduce((sum, { 'node-group': all }) => sum + all.length, 0)
  if (groups !== accounts * groupsOfLargeAccount) throw new Error(`there are ${groups} node groups`)

  const judge = () => addJudgements(subjects.map(all => evaluate(checks, all, defaultPolicy)))
  const judging = await compareCpu(judge, referenceWork, rounds)
  const joining = await compareCpu(() => inventories.map(inventory => joinSubjects(inventory)), referenceWork, rounds)
  const what = `${checks.length} checks, ${groups} node groups, ${judge().findings.length} findings`
  return [
    figureOf('evaluation', judging.subject, `${what}`, budgetMs),
    ratioOf('evaluation over reference loop', judging.ratio),
    figureOf('join', joining.subject, 'inventories to subjects'),
    ratioOf('join over reference loop', joining.ratio),
  ]
}

const figureOf = (
  name: string,
  { median, spread }: { median: number; spread: number },
  what: string,
  budget?: number,
) => ({
  name,
  value: median,
  unit: 'ms' as const,
  ...(budget !== undefined && { budget, isAdvice: true }),
  note: `${inPercent(spread)}; ${what}`,
})

const ratioOf = (name: string, { median, spread }: { median: number; spread: number }): Figure => ({
  name,
  value: median,
  unit: 'ratio',
  note: inPercent(spread),
})

/** The same inventory under another account's id. */
const inAccount = (inventory: RegionInventory, accountId: string): RegionInventory =>
  JSON.parse(JSON.stringify(inventory).replaceAll(inventory.accountId, accountId))

const referenceItems = 200_000

/** A fixed amount of the work that judging is made of: small objects, texts and maps. */
const referenceWork = () => {
  const items = new Map<string, { readonly name: string; readonly index: number }>()
  for (let index = 0; index < referenceItems; index++) items.set(`item-${index}`, { name: `name of ${index}`, index })
  let sum = 0
  for (let index = 0; index < referenceItems; index++) sum += items.get(`item-${index}`)?.name.length ?? 0
  return sum
}
