import { InvalidArgumentError, Option } from 'commander'
import { externalIdPattern } from '../config/environment.ts'
import { rolePattern } from '../core/policy.ts'

/** What a person wrote behind a flag, checked; commander prints what these throw. */

/** One or more texts of a pattern, in the order in which they were given. */
export const ids = (pattern: RegExp, expectation: string) => (value: string, before: readonly string[] | undefined) => {
  if (!pattern.test(value)) throw new InvalidArgumentError(`${expectation}.`)
  return [...(before ?? []), value]
}

/** An address of http or https. */
export const endpoint = (value: string) => {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new InvalidArgumentError('It is no http or https address.')
  }
  return value
}

/** A port of TCP; 0 is any that is free. */
export const port = (value: string) => {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  }
  return number
}

/** One text of a pattern. */
export const matching = (pattern: RegExp, expectation: string) => (value: string) => {
  if (!pattern.test(value)) throw new InvalidArgumentError(`${expectation}.`)
  return value
}

/** How many, from nothing to a million. */
export const howMany = (value: string) => {
  const number = Number(value)
  if (!/^\d{1,6}$/.test(value)) throw new InvalidArgumentError('Expected a whole number from 0 to 999999.')
  return number
}

export const accountId = [/^\d{12}$/, 'An account id has 12 digits'] as const
export const topicArn = [/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+(\.fifo)?$/, 'Expected the ARN of an SNS topic'] as const
export const regionName = [/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'A Region is named like eu-west-1'] as const
/** Findings of an account as a whole stand in no Region of AWS. */
export const reportedRegion = [
  /^(?:global|[a-z]{2,}(-[a-z]+)+-\d+)$/,
  'A Region is named like eu-west-1, and an account as a whole global',
] as const

/** The role that lets the scanner into an account. */
export const roleOption = () =>
  new Option('--role <name>', 'the role to assume in each account (default: eks-node-posture-read)').argParser(
    matching(rolePattern, 'A role is named by its name, with its path before it where it has one, and not by its ARN'),
  )

/** What the role asks for besides. */
export const externalIdOption = () =>
  new Option(
    '--external-id <id>',
    'sent with every AssumeRole; EXTERNAL_ID in the environment keeps it out of process lists',
  ).argParser(matching(externalIdPattern, 'An external id has 2 to 1,224 letters, digits or any of _+=,.@:/-'))
