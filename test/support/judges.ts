import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from '@jest/globals'
import { nodeadmProgram } from '../nodeadm/ask.ts'

/** A program of somebody else's that judges ours, and how to get it. */
export interface Judge {
  readonly name: string
  readonly install: string
  /** Whether it answers on this machine. */
  readonly isPresent: () => boolean
}

/** moto's server: a Python emulator of AWS. */
export const moto: Judge = {
  name: 'moto',
  install: "pip install 'moto[server]==5.2.5'",
  isPresent: () => answers('moto_server', '--help'),
}

/** cfn-lint: AWS's linter of CloudFormation templates. */
export const cfnLint: Judge = {
  name: 'cfn-lint',
  install: "pip install 'cfn-lint==1.51.0'",
  isPresent: () => answers('cfn-lint', '--version'),
}

/** DynamoDB Local's jars and native libraries, where Maven copies them to. */
export const dynamodbLocalFolder = join(import.meta.dirname, 'dynamodb-local/target/dependency')

/** DynamoDB Local: AWS's own engine, in Java. */
export const dynamodbLocal: Judge = {
  name: 'DynamoDB Local',
  install: 'mvn -q -B -f test/support/dynamodb-local dependency:copy-dependencies',
  isPresent: () => existsSync(join(dynamodbLocalFolder, 'DynamoDBLocal-2.6.1.jar')) && answers('java', '-version'),
}

/** nodeadm: what an AL2023 node reads its user data with. The module proxy has no newer version of it than this one. */
export const nodeadm: Judge = {
  name: 'nodeadm',
  install:
    'go install github.com/awslabs/amazon-eks-ami/nodeadm/cmd/nodeadm@v0.0.0-20240229193347-cfab22a10647, and have "$(go env GOPATH)/bin" on the PATH',
  isPresent: () => answers(nodeadmProgram, '--version'),
}

/** A Python package of somebody else's, with which a script beside a test judges. */
const pythonPackage = (name: string, install: string, ...modules: string[]): Judge => ({
  name,
  install: `pip install ${install}`,
  isPresent: () => answers('python3', '-c', `import ${modules.join(', ')}`),
})

/** AWS's own model of its API, as the AWS CLI has it. */
export const botocore = pythonPackage('botocore', 'botocore', 'botocore')

/** The published schema of OCSF, every version of it, as JSON Schema. */
export const ocsfSchema = pythonPackage(
  'the OCSF schema',
  'ocsf-json-schema==1.2.0 jsonschema==4.26.0',
  'ocsf_json_schema',
  'jsonschema',
)

/** GitHub's own renderer of Markdown. */
export const cmarkGfm = pythonPackage('cmark-gfm', 'cmarkgfm==2025.10.22', 'cmarkgfm')

/** Python's own reader of CSV. */
export const pythonCsv: Judge = {
  name: "Python's csv",
  install: 'Python 3',
  isPresent: () => answers('python3', '-c', 'import csv'),
}

/**
 * A suite that needs an outside judge. Without it the suite is skipped and the end of the test run says so and why; with
 * CI=true its absence is a failure.
 */
export const describeWith = (judge: Judge, suite: () => void): void => {
  if (judge.isPresent()) {
    describe(`judged by ${judge.name}`, suite)
    return
  }
  const reason = `${judge.name} is not on this machine: ${judge.install}`
  if (process.env['CI'] === 'true') {
    test(`judged by ${judge.name}`, () => {
      throw new Error(`CI needs every outside judge, and ${reason}`)
    })
    return
  }
  const { SKIPPED_JUDGES } = process.env
  if (SKIPPED_JUDGES) appendFileSync(SKIPPED_JUDGES, `${reason}\n`)
  describe.skip(`judged by ${judge.name}`, suite)
}

const answers = (command: string, ...args: string[]) => {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 30_000 })
    return true
  } catch {
    return false
  }
}
