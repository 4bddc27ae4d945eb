import { describe, expect, test } from '@jest/globals'
import { type Check, defineCheck, type SubjectKind } from '../../src/core/check.ts'
import { addJudgements, evaluate, nothingJudged, selectChecks } from '../../src/core/evaluate.ts'
import { joinSubjects } from '../../src/core/join.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import { pass, skip, type Verdict } from '../../src/core/verdict.ts'
import * as build from '../support/build.ts'

const failing: Verdict = { status: 'fail', message: 'It fails.', evidence: [] }
const check = <K extends SubjectKind>(
  id: string,
  appliesTo: K,
  verdict: Verdict | Error,
  over: Partial<Check<K>> = {},
) =>
  defineCheck<K>({
    id,
    revision: 1,
    title: id,
    severity: 'medium',
    appliesTo,
    why: '',
    fix: '',
    references: [],
    controls: [],
    evaluate: () => {
      if (verdict instanceof Error) throw verdict
      return verdict
    },
    ...over,
  })

const policy = (checks: Partial<Policy['checks']>): Policy => ({
  ...defaultPolicy,
  checks: { ...defaultPolicy.checks, ...checks },
})
const idsOf = (checks: readonly Check[]) => checks.map(({ id }) => id)

describe('evaluate', () => {
  const subjects = joinSubjects(build.inventory())

  test('gives a check the subjects of its kind alone, and counts every verdict', () => {
    const { verdicts, findings } = evaluate(
      [
        check('a', 'node-group', pass),
        check('b', 'cluster', skip),
        check('c', 'cluster', failing),
        check('d', 'account', failing),
      ],
      subjects,
      defaultPolicy,
    )
    expect(verdicts).toEqual({ pass: 1, skip: 1, fail: 1, unknown: 0 })
    expect(findings.map(({ checkId }) => checkId)).toEqual(['c'])
  })

  test('makes a check that throws unknown, names it as the cause, and goes on with the others', () => {
    const checks = [
      check('bad', 'node-group', new Error('undefined is not a node')),
      check('good', 'node-group', failing),
    ]
    const { verdicts, findings } = evaluate(checks, subjects, defaultPolicy)
    expect(verdicts).toEqual({ pass: 0, skip: 0, fail: 1, unknown: 1 })
    expect(findings).toMatchObject([
      {
        checkId: 'bad',
        status: 'unknown',
        message: 'Check bad broke on web; this is a defect of eks-node-posture.',
        evidence: [{ what: 'bad', value: 'threw', source: 'undefined is not a node' }],
      },
      { checkId: 'good', status: 'fail' },
    ])
  })

  test('is unknown too where what is thrown is no error', () => {
    const odd = check('odd', 'node-group', pass, {
      evaluate: () => {
        throw 'a string'
      },
    })
    expect(evaluate([odd], subjects, defaultPolicy).findings).toMatchObject([{ evidence: [{ source: 'a string' }] }])
  })

  test('hands the policy to the check', () => {
    const asked: Policy[] = []
    const curious = check('curious', 'cluster', pass, {
      evaluate: (_, given) => {
        asked.push(given)
        return pass
      },
    })
    evaluate([curious], subjects, defaultPolicy)
    expect(asked).toEqual([defaultPolicy])
  })
})

describe('the checks of a night', () => {
  const plain = check('plain', 'cluster', pass)
  const extra = check('extra', 'cluster', pass, { optIn: true })
  const all = [plain, extra]

  test.each<[string, Partial<Policy['checks']>, string[] | undefined, string[]]>([
    ['leave out what is opt-in', {}, undefined, ['plain']],
    ['have what the policy enables', { enable: ['extra'] }, undefined, ['plain', 'extra']],
    ['leave out what the policy disables', { disable: ['plain'] }, undefined, []],
    [
      'leave out what is disabled, also where it is enabled',
      { enable: ['extra'], disable: ['extra'] },
      undefined,
      ['plain'],
    ],
    ['are those of the scope alone', { enable: ['extra'] }, ['extra'], ['extra']],
    ['do not have what is opt-in because the scope names it', {}, ['extra'], []],
    ['are none under an empty scope', {}, [], []],
  ])('%s', (_, checks, scope, expected) => {
    expect(idsOf(selectChecks(all, policy(checks), scope))).toEqual(expected)
  })
})

test('judgements add up, and none is nothing', () => {
  const one = evaluate([check('a', 'cluster', failing)], joinSubjects(build.inventory()), defaultPolicy)
  const two = evaluate([check('b', 'cluster', pass)], joinSubjects(build.inventory()), defaultPolicy)
  expect(addJudgements([one, two, nothingJudged])).toEqual({
    findings: one.findings,
    verdicts: { pass: 1, fail: 1, unknown: 0, skip: 0 },
    waiversUsed: new Set(),
  })
  expect(addJudgements([])).toEqual(nothingJudged)
})
