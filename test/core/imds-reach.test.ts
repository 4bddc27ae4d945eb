import { expect, test } from '@jest/globals'
import { allowsImdsV1, podsReachImds } from '../../src/core/imds-reach.ts'
import type { ImdsOptions } from '../../src/core/inventory.ts'

const on = { httpEndpoint: 'enabled' } as const

test.each<[string, ImdsOptions, boolean | undefined, boolean | undefined]>([
  // what it is, the options, whether IMDSv1 is answered, whether pods get through
  ['tokens optional', { ...on, httpTokens: 'optional', httpPutResponseHopLimit: 2 }, true, true],
  // The hop limit bounds the answer to a PUT, and IMDSv1 has none.
  ['tokens optional, one hop', { ...on, httpTokens: 'optional', httpPutResponseHopLimit: 1 }, true, true],
  ['tokens required, two hops', { ...on, httpTokens: 'required', httpPutResponseHopLimit: 2 }, false, true],
  ['tokens required, one hop', { ...on, httpTokens: 'required', httpPutResponseHopLimit: 1 }, false, false],
  ['endpoint disabled', { httpEndpoint: 'disabled', httpTokens: 'optional', httpPutResponseHopLimit: 2 }, false, false],
  ['nothing but a disabled endpoint', { httpEndpoint: 'disabled' }, false, false],
  ['nothing', {}, undefined, undefined],
  ['tokens not told, one hop', { ...on, httpPutResponseHopLimit: 1 }, undefined, undefined],
  ['tokens not told, two hops', { ...on, httpPutResponseHopLimit: 2 }, undefined, true],
  ['endpoint not told', { httpTokens: 'optional', httpPutResponseHopLimit: 2 }, undefined, undefined],
  ['hops not told', { ...on, httpTokens: 'required' }, false, undefined],
  // Whatever the endpoint is, neither gets through.
  ['endpoint not told, required, one hop', { httpTokens: 'required', httpPutResponseHopLimit: 1 }, false, false],
])('%s', (_, options, imdsV1, pods) => {
  expect(allowsImdsV1(options)).toBe(imdsV1)
  expect(podsReachImds(options)).toBe(pods)
})
