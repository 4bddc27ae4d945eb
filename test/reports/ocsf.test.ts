import { describe, expect, test } from '@jest/globals'
import { ocsf } from '../../src/reports/ocsf.ts'
import { describeWith, ocsfSchema } from '../support/judges.ts'
import { askJudge } from './ask-judge.ts'
import { causeId, exported, hostile } from './exported.ts'
import { expectGolden } from './golden.ts'
import { clean } from './result.ts'

// biome-ignore lint/suspicious/noExplicitAny: a consumer knows no more of the text than the standard
const events = (of = exported): any[] =>
  ocsf(of)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))

describe('the OCSF events', () => {
  test('are one JSON object a line', async () => {
    await expectGolden('result.ocsf.jsonl.txt', ocsf(exported))
    expect(events()).toHaveLength(exported.findings.length)
  })

  test('are none where nothing was found', () => {
    expect(ocsf(clean)).toBe('')
  })

  // What a finding of this class must have: https://schema.ocsf.io/1.6.0/classes/compliance_finding
  test('have what the class requires', () => {
    for (const event of events()) {
      expect(event).toMatchObject({ category_uid: 2, class_uid: 2003, type_uid: 200300 + event.activity_id })
      expect(event.metadata).toMatchObject({ version: '1.6.0', product: { name: 'eks-node-posture' } })
      expect(event.cloud.provider).toBe('AWS')
      expect(event.finding_info.uid).toMatch(/^[0-9a-f]{32}$/)
      expect(event.time).toBe(Date.UTC(2026, 10, 22, 2))
      expect(event.compliance).toBeDefined()
    }
  })

  test('are created on the night on which the finding was first seen, and updated on the others', () => {
    for (const { activity_id, activity_name, finding_info } of events()) {
      const isOld = finding_info.first_seen_time === Date.UTC(2026, 10, 20, 2)
      expect([activity_id, activity_name]).toEqual(isOld ? [2, 'Update'] : [1, 'Create'])
    }
    expect(new Set(events().map(({ activity_id }) => activity_id))).toEqual(new Set([1, 2]))
  })

  test('weigh as the finding does, and nothing where it is not known whether there is one', () => {
    const weights = events().map(({ severity, severity_id, compliance }) => [compliance.status, severity, severity_id])
    expect(new Set(weights.map(weight => JSON.stringify(weight)))).toEqual(
      new Set([
        '["Fail","Critical",5]',
        '["Fail","High",4]',
        '["Fail","Medium",3]',
        '["Fail","Low",2]',
        '["Fail","Informational",1]',
        '["Warning","Unknown",0]',
      ]),
    )
  })

  test('name what a finding follows from, and who waived it', () => {
    const caused = events().filter(({ finding_info }) => finding_info.related_events)
    expect(caused.map(({ finding_info }) => finding_info.related_events)).toEqual([[{ uid: causeId }]])
    const waived = events().filter(({ status_id }) => status_id === 3)
    expect(waived.map(({ comment }) => comment)).toEqual([
      'Waived by team-lab until 2026-12-31 (OPS-17): The lab ends with the year.',
    ])
  })

  test('put an account as a whole into no Region', () => {
    const [event] = events().filter(({ resources }) => resources[0].type === 'account')
    expect(event.cloud).not.toHaveProperty('region')
    expect(event.resources[0]).not.toHaveProperty('region')
  })
})

describeWith(ocsfSchema, () => {
  // The version that is declared, and the last one: nothing that is used was taken away.
  test.each(['1.6.0', '1.8.0'])(
    'finds every event valid in %s',
    version => {
      const text = ocsf(exported) + ocsf(hostile('a"\u0000\u009b\u2028é'))
      expect(askJudge('judge-ocsf.py', text, version)).toEqual({ events: exported.findings.length + 4, problems: [] })
    },
    60_000,
  )

  test('would see what is missing or too much', () => {
    const [event] = events()
    const { compliance, ...without } = event
    const wrong = [without, { ...event, severity_id: 7 }, { ...event, resource_list: [] }]
    const { problems } = askJudge('judge-ocsf.py', wrong.map(one => JSON.stringify(one)).join('\n'), '1.6.0') as {
      problems: string[]
    }
    expect(problems.join('\n')).toMatch(/'compliance' is a required property[\s\S]*7 is not one of[\s\S]*resource_list/)
  }, 60_000)
})
