import type { Packaged, Template } from './package.ts'

export const region = 'eu-west-1'
export const hub = '111111111111'

/** A template as CloudFormation would deploy it: every reference by the name or the ARN of what it stands for. */
export interface Stack {
  /** A property of a resource, with its references resolved. */
  readonly property: (resource: string, property: string) => unknown
  readonly resourcesOf: (type: string) => readonly string[]
  /** What `!Ref` of it gives. */
  readonly nameOf: (resource: string) => string
  readonly arnOf: (resource: string) => string
}

const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': hub,
  'AWS::NoValue': '',
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

/** Deploys a template in thought. A reference to nothing throws. */
export const stackOf = ({ template, parameters }: Pick<Packaged, 'template' | 'parameters'>): Stack => {
  const typeOf = (id: string) => resourceIn(template, id).Type
  const arnOf = (id: string) => {
    const make = arnOfType[typeOf(id)]
    if (!make) throw new Error(`A ${typeOf(id)} (${id}) has no ARN here`)
    return make(physicalNames[id] ?? id)
  }
  const ref = (name: string) => {
    const known = pseudo[name] ?? parameters[name]
    if (known !== undefined) return known
    return referredByArn.includes(typeOf(name)) ? arnOf(name) : (physicalNames[name] ?? name)
  }
  const getAtt = (id: string, attribute: string) => {
    if (attribute === 'QueueName') return ref(id)
    if (attribute !== 'Arn') throw new Error(`${id}.${attribute} is not known here`)
    return arnOf(id)
  }
  const substitute = (text: string) =>
    text.replace(/\$\{([\w:.]+)\}/g, (_, name: string) => {
      const [id = '', attribute] = name.includes('::') ? [name] : name.split('.')
      return attribute === undefined ? ref(id) : getAtt(id, attribute)
    })
  /** The conditions of the template ask whether a parameter was given. */
  const holds = (condition: string) => {
    const { 'Fn::Not': not } = template.Conditions[condition] as { readonly 'Fn::Not': readonly object[] }
    const { 'Fn::Equals': equals } = not[0] as { readonly 'Fn::Equals': readonly unknown[] }
    return resolve(equals[0]) !== resolve(equals[1])
  }
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const [[key, inner] = [], ...others] = Object.entries(value)
    if (others.length === 0) {
      if (key === 'Ref') return ref(inner)
      if (key === 'Fn::Sub') return substitute(inner)
      if (key === 'Fn::GetAtt') return getAtt(inner[0], inner[1])
      if (key === 'Fn::If') return resolve(holds(inner[0]) ? inner[1] : inner[2])
      if (key === 'Fn::Join') return (resolve(inner[1]) as string[]).join(inner[0])
      if (key?.startsWith('Fn::')) throw new Error(`${key} is not known here`)
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, resolve(part)]))
  }

  return {
    property: (resource, property) => resolve(resourceIn(template, resource).Properties[property]),
    resourcesOf: type => Object.keys(template.Resources).filter(id => typeOf(id) === type),
    nameOf: ref,
    arnOf,
  }
}

const resourceIn = (template: Template, id: string) => {
  const resource = template.Resources[id]
  if (resource) return resource
  throw new Error(`The template has no ${id}`)
}
