import { describe, expect, test } from '@jest/globals'
import {
  DigestRequest,
  PlanRequest,
  ReconcileReply,
  ReconcileRequest,
  ScanReply,
  ScanRequest,
} from '../../src/core/messages.ts'

const runId = '2026-11-22T02:00:00.000Z-3fa91c'
const target = {
  accountId: '111122223333',
  name: 'payments',
  arn: 'arn:aws:organizations::100000000000:account/o-acme/111122223333',
  ouPath: [{ id: 'ou-ab12-prod', name: 'Production' }],
  state: 'ACTIVE',
  roleArn: 'arn:aws:iam::111122223333:role/eks-node-posture-read',
  partition: 'aws',
}

describe('the messages of the state machine', () => {
  test('a reply of a scan is the next request, as long as Regions remain', () => {
    const reply = ScanReply.parse({ runId, target, remaining: ['eu-west-1'] })
    expect(ScanRequest.parse(reply)).toEqual(reply)
    expect(() => ScanReply.parse({ runId, target })).toThrow('remaining')
  })

  test('the input of an execution is the scope of its run, and a word that is no part of one is refused', () => {
    const asked = { startedAt: '2026-11-22T02:00:00.000Z', execution: 'by-hand' }
    expect(PlanRequest.parse({ ...asked, scope: { regions: ['eu-west-1'] } }).scope).toEqual({ regions: ['eu-west-1'] })
    expect(() => PlanRequest.parse({ ...asked, scope: { region: ['eu-west-1'] } })).toThrow('region')
  })

  // A secret or a finding that got into a message would stay in the history of the execution for 90 days.
  test.each([
    ['ScanRequest', ScanRequest, { runId, target, externalId: 'sesame' }],
    ['ScanRequest', ScanRequest, { runId, target: { ...target, externalId: 'sesame' } }],
    ['ScanReply', ScanReply, { runId, target, remaining: [], findings: [] }],
    ['ReconcileRequest', ReconcileRequest, { runId, accounts: [] }],
    ['ReconcileReply', ReconcileReply, { runId, bucket: 'b', manifestKey: 'k', missingCount: 0, missing: [] }],
    ['DigestRequest', DigestRequest, { runId, accounts: [] }],
  ])('%s holds what it names and nothing else', (_, schema, message) => {
    expect(() => schema.parse(message)).toThrow(/[Uu]nrecognized key/)
  })
})
