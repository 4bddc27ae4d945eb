import type { Packaged, Template } from './package.ts'

export const region = 'eu-west-1'
export const hub = '111111111111'

/** A template as CloudFormation would deploy it: every reference by the name or the ARN of what it stands for. */
export interface Stack {
  /** A property of a resource, with its references and conditions resolved. */
  readonly property: (resource: string, property: string) => unknown
  /** Those of a type that are made under the parameters given. */
  readonly resourcesOf: (type: string) => readonly string[]
  /** What `!Ref` of it gives. */
  readonly nameOf: (resource: string) => string
  readonly arnOf: (resource: string) => string
}

const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': hub,
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::StackName': 'eks-node-posture-prod',
}

const physicalNames: Readonly<Record<string, string>> = {
  FindingsTable: 'findings-table',
  RunBucket: 'run-bucket',
}

const arnOfType: Readonly<Record<string, (name: string) => string>> = {
  'AWS::CloudWatch::Alarm': name => `arn:aws:cloudwatch:${region}:${hub}:alarm:${name}`,
  'AWS::DynamoDB::Table': name => `arn:aws:dynamodb:${region}:${hub}:table/${name}`,
  'AWS::KMS::Key': name => `arn:aws:kms:${region}:${hub}:key/${name}`,
  'AWS::IAM::Role': name => `arn:aws:iam::${hub}:role/${name}`,
  'AWS::Lambda::Function': name => `arn:aws:lambda:${region}:${hub}:function:${name}`,
  'AWS::Logs::LogGroup': name => `arn:aws:logs:${region}:${hub}:log-group:${name}:*`,
  'AWS::S3::Bucket': name => `arn:aws:s3:::${name}`,
  'AWS::SNS::Topic': name => `arn:aws:sns:${region}:${hub}:${name}`,
  'AWS::SQS::Queue': name => `arn:aws:sqs:${region}:${hub}:${name}`,
  'AWS::StepFunctions::StateMachine': name => `arn:aws:states:${region}:${hub}:stateMachine:${name}`,
}
/** Of these `!Ref` gives the ARN. */
const referredByArn = ['AWS::SNS::Topic', 'AWS::StepFunctions::StateMachine']

/** What `!Ref AWS::NoValue` gives: whatever holds it goes without. */
const noValue = Symbol('AWS::NoValue')
type Given = Readonly<Record<string, string>>

/** Deploys a template in thought. A reference to nothing throws. */
export const stackOf = ({ template, parameters }: Pick<Packaged, 'template' | 'parameters'>): Stack => {
  const resolve = resolverFor(template, parameters)
  return {
    property: (resource, property) => {
      const value = resolve(resourceIn(template, resource).Properties[property])
      return value === noValue ? undefined : value
    },
    resourcesOf: type =>
      Object.entries(template.Resources)
        .filter(([, { Type, Condition }]) => Type === type && (!Condition || resolve({ Condition }) === true))
        .map(([id]) => id),
    nameOf: name => String(resolve({ Ref: name })),
    arnOf: id => arnIn(template, id),
  }
}

const arnIn = (template: Template, id: string) => {
  const { Type } = resourceIn(template, id)
  const make = arnOfType[Type]
  if (!make) throw new Error(`A ${Type} (${id}) has no ARN here`)
  return make(physicalNames[id] ?? id)
}

const resolverFor = (template: Template, parameters: Given) => {
  const functions = functionsFor(template, parameters, value => resolve(value))
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve).filter(item => item !== noValue)
    if (typeof value !== 'object' || value === null) return value
    const [[key = '', inner] = [], ...others] = Object.entries(value)
    const apply = others.length === 0 && !isMapping(inner) ? functions[key] : undefined
    if (apply) return apply(inner as never)
    if (key.startsWith('Fn::')) throw new Error(`${key} is not known here`)
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, part]) => [name, resolve(part)] as const)
        .filter(([, part]) => part !== noValue),
    )
  }
  return resolve
}

/** CloudFormation's functions, each by the key that a template calls it with. */
const functionsFor = (
  template: Template,
  parameters: Given,
  resolve: (value: unknown) => unknown,
): Readonly<Record<string, (argument: never) => unknown>> => {
  const ref = (name: string): unknown => {
    const known = pseudo[name] ?? parameters[name]
    if (known !== undefined) return isList(template, name) ? known.split(',') : known
    if (name === 'AWS::NoValue') return noValue
    return referredByArn.includes(resourceIn(template, name).Type)
      ? arnIn(template, name)
      : (physicalNames[name] ?? name)
  }
  const getAtt = (id: string, attribute: string) => {
    if (attribute === 'Arn') return arnIn(template, id)
    if (attribute === 'QueueName') return id
    throw new Error(`${id}.${attribute} is not known here`)
  }
  const substitute = (text: string) =>
    text.replace(/\$\{([\w:.]+)\}/g, (_, name: string) => {
      const [id = '', attribute] = name.includes('::') ? [name] : name.split('.')
      return String(attribute === undefined ? ref(id) : getAtt(id, attribute))
    })
  const isTrue = (condition: string) => resolve(template.Conditions?.[condition]) === true
  return {
    Ref: ref,
    Condition: isTrue,
    'Fn::Sub': substitute,
    'Fn::GetAtt': ([id, attribute]: [string, string]) => getAtt(id, attribute),
    'Fn::Join': ([between, parts]: [string, unknown]) => (resolve(parts) as string[]).join(between),
    'Fn::If': ([condition, yes, no]: [string, unknown, unknown]) => resolve(isTrue(condition) ? yes : no),
    'Fn::Equals': ([one, other]: [unknown, unknown]) => resolve(one) === resolve(other),
    'Fn::Not': ([condition]: [unknown]) => resolve(condition) !== true,
  }
}

/** A policy has a key `Condition` too, and what it holds is no name. */
const isMapping = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

const isList = ({ Parameters }: Template, name: string) => Parameters[name]?.Type === 'CommaDelimitedList'

const resourceIn = (template: Template, id: string) => {
  const resource = template.Resources[id]
  if (resource) return resource
  throw new Error(`The template has no ${id}`)
}
