import { describe, expect, test } from '@jest/globals'
import type { AsffFinding } from '../../src/core/asff.ts'
import { asff } from '../../src/reports/asff.ts'
import { botocore, describeWith } from '../support/judges.ts'
import { askJudge } from './ask-judge.ts'
import { causeId, exported, hostile, hub } from './exported.ts'
import { expectGolden } from './golden.ts'

const findings = (of = exported): readonly AsffFinding[] => JSON.parse(asff(of, hub)).Findings
const [first] = exported.findings
if (!first) throw new Error('the fixture has findings')

/** A finding that is too large in every way. */
const huge = {
  ...exported,
  accountNames: {},
  findings: [
    {
      ...first,
      title: 't'.repeat(300),
      message: '\u{1f600}'.repeat(700),
      owner: 'o'.repeat(3000),
      evidence: Array.from({ length: 45 }, (_, row) => ({ what: `${row}`, value: 'v'.repeat(3000), source: 's' })),
      controls: Array.from({ length: 40 }, (_, id) => ({ framework: 'F', id: `${id}`, mapping: 'aws' as const })),
      causedBy: Array.from({ length: 15 }, (_, id) => `${id}`),
    },
  ],
}

describe('the ASFF', () => {
  test('is one object that BatchImportFindings takes', async () => {
    await expectGolden('result.asff.json.txt', asff(exported, hub))
  })

  test('cannot be made where it is not known who imports it', () => {
    expect(() => asff(exported)).toThrow('names the account and the Region that import it')
  })

  // Security Hub takes findings of the default product from the account that they name, and from no other.
  test('belongs to the account that imports, and tells whose the finding is', () => {
    for (const [index, { AwsAccountId, ProductArn, ProductFields }] of findings().entries()) {
      expect(AwsAccountId).toBe('111111111111')
      expect(ProductArn).toBe('arn:aws:securityhub:eu-west-1:111111111111:product/111111111111/default')
      expect(ProductFields['eks-node-posture/accountId']).toBe(exported.findings[index]?.accountId)
    }
  })

  test('is of the partition of the hub, where the format knows it', () => {
    const of = (partition: string) => JSON.parse(asff(exported, { ...hub, partition })).Findings[0]
    expect(of('aws-us-gov').ProductArn).toMatch(/^arn:aws-us-gov:securityhub:/)
    expect(of('aws-us-gov').Resources[0].Partition).toBe('aws-us-gov')
    expect(of('aws-eusc').Resources[0]).not.toHaveProperty('Partition')
  })

  test('weighs as the finding does, and nothing where it is not known whether there is one', () => {
    const weights = findings().map(({ Compliance, FindingProviderFields: { Severity } }) =>
      [Compliance.Status, Severity.Label, Severity.Original].join(' '),
    )
    expect(new Set(weights)).toEqual(
      new Set([
        'FAILED CRITICAL critical',
        'FAILED HIGH high',
        'FAILED MEDIUM medium',
        'FAILED LOW low',
        'FAILED INFORMATIONAL info',
        'NOT_AVAILABLE INFORMATIONAL critical',
      ]),
    )
  })

  test('archives what is waived, and nothing else', () => {
    const archived = findings().filter(({ RecordState }) => RecordState === 'ARCHIVED')
    expect(archived.map(({ ProductFields }) => ProductFields['eks-node-posture/waiver/ticket'])).toEqual(['OPS-17'])
    expect(archived[0]?.ProductFields['eks-node-posture/state']).toBe('waived')
  })

  test('names what a finding follows from', () => {
    const related = findings().flatMap(({ FindingProviderFields }) => FindingProviderFields.RelatedFindings ?? [])
    expect(related.map(({ Id }) => Id)).toEqual([`eks-node-posture/${causeId}`])
    expect(findings().map(({ Id }) => Id)).toContain(`eks-node-posture/${causeId}`)
  })

  test('calls an account as Security Hub does, in no Region', () => {
    const [resource] = findings().flatMap(({ Resources }) => Resources.filter(({ Type }) => Type === 'AwsAccount'))
    expect(resource).toEqual({ Type: 'AwsAccount', Id: 'AWS::::Account:222222222222', Partition: 'aws' })
  })

  // https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
  test('keeps every limit, and counts what it leaves out', () => {
    const [finding] = findings(huge)
    expect(finding?.Title).toHaveLength(256)
    expect(finding?.Description.length).toBeLessThanOrEqual(1024)
    expect(finding?.Description).toMatch(/^(?:\u{1f600})+…$/u)
    expect(Object.keys(finding?.ProductFields ?? {}).length).toBeLessThanOrEqual(50)
    expect(finding?.ProductFields['eks-node-posture/evidence/leftOut']).toBe('15')
    expect(finding?.Compliance.RelatedRequirements).toHaveLength(32)
    expect(finding?.FindingProviderFields.RelatedFindings).toHaveLength(10)
    expect(Buffer.byteLength(JSON.stringify(finding))).toBeLessThan(240_000)
  })
})

describeWith(botocore, () => {
  const judged = (text: string) => askJudge('judge-asff.py', text) as { findings: number; problems: string[] }

  test("finds it valid by AWS's own model", () => {
    expect(judged(asff(exported, hub))).toEqual({ findings: exported.findings.length, problems: [] })
    expect(judged(asff(huge, hub)).problems).toEqual([])
    expect(judged(asff(hostile(' \u0000\u2028é'), hub)).problems).toEqual([])
  })

  test('would see what is missing, too long or in no list', () => {
    const [finding] = findings()
    if (!finding) throw new Error('the fixture has findings')
    const { Title, ...without } = finding
    const problemsOf = (one: object) => judged(JSON.stringify({ Findings: [one] })).problems.join('\n')
    expect(problemsOf(without)).toContain('Missing required parameter in Findings[0]: "Title"')
    expect(problemsOf({ ...finding, Title: 't'.repeat(257) })).toBe('.Findings[0].Title: 257 characters')
    expect(problemsOf({ ...finding, RecordState: 'GONE' })).toContain('.Findings[0].RecordState: GONE is none of')
    expect(problemsOf({ ...finding, Description: ' ' })).toContain('.Findings[0].Description')
    expect(problemsOf({ ...finding, Nonsense: 1 })).toContain('Nonsense')
  })
})
