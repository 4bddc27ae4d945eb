import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { isSdkError } from '../../src/aws/failure.ts'
import { connectTo } from './sandbox.ts'

let close: (() => void) | undefined
afterEach(() => close?.())

/** An endpoint that answers everything in one way. */
const endpoint = (answer: (response: ServerResponse) => void) =>
  new Promise<string>(resolve => {
    const server = createServer((request, response) => {
      request.resume()
      answer(response)
    }).listen(0, '127.0.0.1', () => {
      close = () => {
        server.close()
        server.closeAllConnections()
      }
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })

test('a page of a proxy with status 200 is no answer of AWS, and never an empty list', async () => {
  const html = await endpoint(response => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'))
  const { organization, openAccount } = connectTo({}, { requestHandler: undefined, endpointUrl: html })
  await expect(organization.whoAmI()).rejects.toThrow(/not as AWS does/)
  const access = await openAccount(hubTarget)
  if (access.status !== 'open') throw new Error(access.reason)
  const read = await access.reader.readRegion('eu-west-1')
  if (read.status !== 'read') throw new Error(read.reason)
  const { clusters, launchTemplates, imdsDefaults } = read.inventory
  expect([clusters.failures.length, launchTemplates.failures.length, imdsDefaults.ok]).toEqual([1, 1, false])
})

const hubTarget = {
  accountId: '111111111111',
  name: 'hub',
  arn: '',
  ouPath: null,
  state: 'ACTIVE',
  roleArn: null,
  partition: 'aws',
} as const

test('such an answer counts as an error of the way to AWS and not as a bug of ours', () => {
  const error = Object.assign(new Error(), { name: 'NotAnAnswerOfAws', $metadata: { httpStatusCode: 200 } })
  expect(isSdkError(error)).toBe(true)
})
