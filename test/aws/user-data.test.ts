import { inspect } from 'node:util'
import type { LaunchTemplateVersion as Described } from '@aws-sdk/client-ec2'
import { describe, expect, test } from '@jest/globals'
import { noUserDataInHand, withUserDataFacts } from '../../src/aws/collect/user-data.ts'
import { noUserData } from '../../src/core/launch.ts'
import { readUserData } from '../../src/userdata/read.ts'
import * as build from '../support/build.ts'

const secret = 'hunter2-in-the-clear'

const described = (over: Partial<Described> = {}): Described => ({
  LaunchTemplateId: 'lt-0web',
  LaunchTemplateName: 'web',
  VersionNumber: 1,
  LaunchTemplateData: { ImageId: 'ami-0b', UserData: btoa(secret) },
  ...over,
})

const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes)

describe('user data in hand', () => {
  test('is taken out of the version, which keeps the rest', () => {
    const inHand = noUserDataInHand()
    expect(inHand.takeFrom(described())).toEqual({ ...described(), LaunchTemplateData: { ImageId: 'ami-0b' } })
    expect(textOf(inHand.bytesOf('lt-0web', 1))).toBe(secret)
  })

  test('cannot be written out or logged', () => {
    const inHand = noUserDataInHand()
    inHand.takeFrom(described())
    const written = [JSON.stringify(inHand), inspect(inHand, { depth: null, showHidden: true }), String(inHand)]
    for (const text of written) expect(text).not.toMatch(/hunter2|aHVudGVyM|104, 117|68 75 6e/)
  })

  test.each<[string, Partial<Described>]>([
    ['EKS', { CreatedBy: 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAmazonEKSNodegroup/EKS' }],
    ['Karpenter', { LaunchTemplateName: 'karpenter.k8s.aws/123' }],
    ['EKS Auto Mode', { Operator: { Managed: true, Principal: 'eks.amazonaws.com' } }],
  ])('of %s is dropped at once', (_, over) => {
    const inHand = noUserDataInHand()
    expect(inHand.takeFrom(described(over)).LaunchTemplateData).toEqual({ ImageId: 'ami-0b' })
    expect(inHand.bytesOf('lt-0web', 1)).toBeUndefined()
  })

  test.each([
    ['base64', btoa('text'), 'text'],
    ['base64 in lines', btoa('text in lines').replace(/.{4}/g, '$&\r\n'), 'text in lines'],
    ['text that is no base64', '#!/bin/sh\n', '#!/bin/sh\n'],
    ['letters of base64 that cannot be its end', 'aGVsb', 'aGVsb'],
    ['nothing', undefined, ''],
  ])('from %s are the bytes that a node gets', (_, UserData, expected) => {
    const inHand = noUserDataInHand()
    inHand.takeFrom(described({ LaunchTemplateData: UserData === undefined ? {} : { UserData } }))
    expect(textOf(inHand.bytesOf('lt-0web', 1))).toBe(expected)
  })
})

test('what no text says is what a launch without user data says', () => {
  expect(readUserData(new Uint8Array())).toEqual(noUserData)
})

describe('facts', () => {
  const templates = [build.eksCopy([{}, {}]), { ...build.eksCopy([{}]), id: 'lt-0web' }]
  const ref = { id: 'lt-0web', version: '$Latest' }

  test('stand beside the versions that are used, and only these are read', () => {
    const inHand = noUserDataInHand()
    inHand.takeFrom(described())
    inHand.takeFrom(described({ LaunchTemplateId: 'lt-0copy', VersionNumber: 2 }))
    const read: string[] = []
    const withFacts = withUserDataFacts(templates, [ref, ref], inHand, bytes => {
      read.push(new TextDecoder().decode(bytes))
      return noUserData
    })
    expect(read).toEqual([secret])
    expect(withFacts.map(({ versions }) => versions.map(({ data }) => data.ok && data.value.userData))).toEqual([
      [undefined, undefined],
      [noUserData],
    ])
  })

  test('are left out where a reader broke, and its words are dropped', () => {
    const inHand = noUserDataInHand()
    inHand.takeFrom(described())
    const withFacts = withUserDataFacts(templates, [ref], inHand, bytes => {
      throw new Error(new TextDecoder().decode(bytes))
    })
    expect(withFacts).toEqual(templates)
  })
})
