import { expect, test } from '@jest/globals'
import { failureOf, isNotFound, isRegionDisabled } from '../../src/aws/failure.ts'
import type { FailureClass } from '../../src/core/read.ts'

/** An error as the SDK throws it for an error answer of AWS. */
const answer = (name: string, message = '', httpStatusCode = 400) =>
  Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode, requestId: 'r-1' } })

/** What the SDK throws for an answer that it cannot parse. */
const unparsable = (httpStatusCode: number) =>
  Object.assign(new SyntaxError(`Unexpected token '<', "<!doctype "... is not valid JSON`), {
    $metadata: { httpStatusCode },
  })

const network = (fields: object) => Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:443'), fields)

const user = 'User: arn:aws:sts::222222222222:assumed-role/read/eks-node-posture-2026 is not authorized to perform:'
const policy = 'arn:aws:organizations::100000000000:policy/o-acme/service_control_policy/p-regions1'

const cases: Record<string, readonly [error: Error, FailureClass, reason: string]> = {
  'SCP, old text': [
    answer('AccessDeniedException', `${user} eks:ListClusters with an explicit deny in a service control policy`, 403),
    'denied-by-scp',
    'a service control policy denies it',
  ],
  'SCP, new text: the policy stays': [
    answer(
      'AccessDeniedException',
      `${user} eks:ListClusters with an explicit deny in a service control policy: ${policy}`,
    ),
    'denied-by-scp',
    `a service control policy denies it (${policy})`,
  ],
  'SCP in the words of EC2, with an encoded message behind it': [
    answer(
      'UnauthorizedOperation',
      `You are not authorized to perform this operation. ${user} ec2:DescribeImages with an explicit deny in a service control policy. Encoded authorization failure message: AbC-dEf`,
      403,
    ),
    'denied-by-scp',
    'a service control policy denies it',
  ],
  'our own policy is too small': [
    answer('AccessDenied', `${user} x because no identity-based policy allows the autoscaling:Describe action`, 403),
    'denied',
    'access denied (AccessDenied): no identity-based policy allows it',
  ],
  'a permissions boundary': [
    answer('AccessDeniedException', `${user} x with an explicit deny in a permissions boundary`, 403),
    'denied',
    'access denied (AccessDeniedException): explicit deny in a permissions boundary',
  ],
  'a denial that gives no reason': [
    answer('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403),
    'denied',
    'access denied (UnauthorizedOperation)',
  ],
  'an operation that the endpoint does not have': [
    answer('UnknownOperationException', '', 404),
    'unsupported',
    'the endpoint does not know this operation (UnknownOperationException)',
  ],
  'moto: EKS answers 404 in HTML': [
    unparsable(404),
    'unsupported',
    'the endpoint answered HTTP 404, and not as AWS does',
  ],
  'moto: EC2 answers 500 in HTML': [
    unparsable(500),
    'unsupported',
    'the endpoint answered HTTP 500, and not as AWS does',
  ],
  "a proxy's 404 that happens to be well-formed XML": [
    answer('NotFound', 'Unknown', 404),
    'unsupported',
    'the endpoint answered HTTP 404, and not as AWS does',
  ],
  // A proxy that lost its backend says nothing about what the endpoint supports.
  'a gateway without its service': [unparsable(503), 'broken', 'the endpoint answered HTTP 503, and not as AWS does'],
  'nobody listens': [
    network({ code: 'ECONNREFUSED', $metadata: { attempts: 8 } }),
    'broken',
    'the endpoint could not be reached (ECONNREFUSED)',
  ],
  'no answer in time': [
    network({ name: 'TimeoutError', $metadata: { attempts: 8 } }),
    'broken',
    'the endpoint could not be reached (TimeoutError)',
  ],
  'credentials that ended during the run': [
    network({ name: 'CredentialsProviderError', message: 'The SSO session has expired. Sign in.' }),
    'broken',
    'no credentials could be loaded (The SSO session has expired)',
  ],
  'only the first sentence: later ones can repeat the request with its token': [
    answer(
      'SignatureDoesNotMatch',
      'The signature does not match. The Canonical String was\nx-amz-security-token:IQoJ',
    ),
    'broken',
    'SignatureDoesNotMatch: The signature does not match',
  ],
  'no request id, session or access key, which differ from night to night': [
    answer(
      'InternalFailure',
      'arn:aws:sts::1:assumed-role/read/session-1 with ASIAABCDEFGHIJKLMNOP broke (Request ID: 1-2)',
      500,
    ),
    'broken',
    'InternalFailure: arn:aws:sts::1:assumed-role/read with an access key broke',
  ],
  'an error without words': [answer('InternalFailure', 'UnknownError', 500), 'broken', 'InternalFailure: HTTP 500'],
}

test.each(Object.entries(cases))('%s', (_, [error, failureClass, reason]) => {
  expect(failureOf(error, 'eks:ListClusters')).toEqual({ action: 'eks:ListClusters', class: failureClass, reason })
})

test.each([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'EC2ThrottledException',
])('%s is a throttle, whatever its status', name => {
  const reason = `still throttled after every retry (${name})`
  expect(failureOf(answer(name, 'Rate exceeded', 503), 'a:B', 'web')).toEqual({
    action: 'a:B',
    resource: 'web',
    class: 'throttled',
    reason,
  })
})

test('a bug of ours is thrown on, also from inside the SDK, which marks whatever passes it', () => {
  const plain = new TypeError('x is not a function')
  const marked = Object.assign(new TypeError('The "path" argument'), { code: 'ERR_INVALID_ARG_TYPE', $metadata: {} })
  expect(() => failureOf(plain, 'a:B')).toThrow(plain)
  expect(() => failureOf(marked, 'a:B')).toThrow(marked)
})

test.each([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'AuthFailure',
  'OptInRequired',
  'RegionDisabledException',
])('%s says that the Region is off', name => {
  expect(isRegionDisabled(answer(name))).toBe(true)
})

test('AccessDenied does not say that the Region is off', () => {
  expect(isRegionDisabled(answer('AccessDeniedException'))).toBe(false)
})

test("only AWS's own words say that something is gone, not a 404 of anybody", () => {
  expect(isNotFound(answer('ResourceNotFoundException', '', 404))).toBe(true)
  expect(isNotFound(answer('InvalidLaunchTemplateId.VersionNotFound'))).toBe(true)
  expect(isNotFound(unparsable(404))).toBe(false)
  expect(isNotFound(answer('NotFound', 'Unknown', 404))).toBe(false)
})
