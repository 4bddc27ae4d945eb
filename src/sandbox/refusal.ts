export type Service =
  | 'organizations'
  | 'sts'
  | 'iam'
  | 'ec2'
  | 'autoscaling'
  | 'ssm'
  | 'eks'
  | 'cloudwatch'
  | 'cloudformation'

/** Reasons that every service has its own code and status for. */
export type Reason =
  | 'denied'
  | 'throttled'
  | 'no-credentials'
  | 'unknown-key'
  | 'expired-session'
  | 'unknown-operation'
  | 'bad-parameter'
  | 'bad-token'
  | 'server-error'

/** A refusal that a service answers with: a reason that all of them have, or a code of its own. */
export class RefusalError extends Error {
  override name = 'RefusalError'
  readonly reason: Reason | { readonly code: string; readonly status: number }

  constructor(reason: Reason | { readonly code: string; readonly status: number }, message: string) {
    super(message)
    this.reason = reason
  }
}

type Codes = Readonly<Record<Reason, readonly [code: string, status: number]>>

const query: Codes = {
  denied: ['AccessDenied', 403],
  throttled: ['Throttling', 400],
  'no-credentials': ['MissingAuthenticationToken', 403],
  'unknown-key': ['InvalidClientTokenId', 403],
  'expired-session': ['ExpiredToken', 403],
  'unknown-operation': ['InvalidAction', 400],
  'bad-parameter': ['ValidationError', 400],
  'bad-token': ['InvalidNextToken', 400],
  'server-error': ['InternalFailure', 500],
}

const json: Codes = {
  denied: ['AccessDeniedException', 400],
  throttled: ['ThrottlingException', 400],
  'no-credentials': ['MissingAuthenticationTokenException', 400],
  'unknown-key': ['UnrecognizedClientException', 400],
  'expired-session': ['ExpiredTokenException', 400],
  'unknown-operation': ['UnknownOperationException', 400],
  'bad-parameter': ['ValidationException', 400],
  'bad-token': ['ValidationException', 400],
  'server-error': ['InternalServerError', 500],
}

const codes: Readonly<Record<Service, Codes>> = {
  sts: query,
  iam: query,
  autoscaling: query,
  cloudformation: query,
  ssm: json,
  organizations: {
    ...json,
    throttled: ['TooManyRequestsException', 400],
    'bad-parameter': ['InvalidInputException', 400],
    'bad-token': ['InvalidInputException', 400],
  },
  eks: {
    ...json,
    denied: ['AccessDeniedException', 403],
    throttled: ['ThrottlingException', 429],
    'no-credentials': ['MissingAuthenticationTokenException', 403],
    'unknown-key': ['UnrecognizedClientException', 403],
    'expired-session': ['ExpiredTokenException', 403],
    'unknown-operation': ['UnknownOperationException', 404],
    'bad-parameter': ['InvalidParameterException', 400],
    'bad-token': ['InvalidParameterException', 400],
    'server-error': ['ServerException', 500],
  },
  cloudwatch: {
    ...json,
    'bad-parameter': ['InvalidParameterValueException', 400],
    'bad-token': ['InvalidNextToken', 400],
  },
  ec2: {
    denied: ['UnauthorizedOperation', 403],
    throttled: ['RequestLimitExceeded', 503],
    'no-credentials': ['AuthFailure', 401],
    'unknown-key': ['AuthFailure', 401],
    'expired-session': ['RequestExpired', 400],
    'unknown-operation': ['InvalidAction', 400],
    'bad-parameter': ['InvalidParameterValue', 400],
    'bad-token': ['InvalidNextToken', 400],
    'server-error': ['InternalError', 500],
  },
}

/** The code and HTTP status with which a service answers this refusal. */
export const codeOf = (service: Service, { reason }: RefusalError): readonly [code: string, status: number] =>
  typeof reason === 'string' ? codes[service][reason] : [reason.code, reason.status]
