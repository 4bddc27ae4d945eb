import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, type ScalarTag, type YAMLSeq } from 'yaml'
import type { Template } from '../packaged/package.ts'
import { type Stack, stackOf } from '../packaged/stack.ts'

const root = join(import.meta.dirname, '../..')

const shortForms = ['Ref', 'Condition', 'Sub', 'GetAtt', 'If', 'Equals', 'Not', 'Join']
const longForm = (name: string) => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`)

/** CloudFormation's short forms as the functions that they stand for. */
const tags = shortForms.flatMap(name => [
  {
    tag: `!${name}`,
    resolve: (text: string) => ({ [longForm(name)]: name === 'GetAtt' ? text.split('.') : text }),
  } as unknown as ScalarTag,
  {
    tag: `!${name}`,
    collection: 'seq' as const,
    resolve: (list: unknown) => ({ [longForm(name)]: (list as YAMLSeq).toJSON() as unknown }),
  },
])

/** A file of the project that is YAML with CloudFormation's functions in it. */
export const readCloudFormation = async (file: string): Promise<unknown> =>
  parse(await readFile(join(root, file), 'utf8'), { customTags: tags, merge: true })

export const memberRoleFile = 'deploy/member-role.yaml'
export const memberRoleTemplate = async (): Promise<Template> => (await readCloudFormation(memberRoleFile)) as Template

/** The member role as a deployment with these parameters makes it, and else with the template's defaults. */
export const memberRole = async (parameters: Readonly<Record<string, string>> = {}): Promise<Stack> => {
  const template = await memberRoleTemplate()
  const defaults = Object.entries(template.Parameters).flatMap(([name, { Default }]) =>
    Default === undefined ? [] : [[name, Default]],
  )
  return stackOf({ template, parameters: { ...Object.fromEntries(defaults), ...parameters } })
}

export interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: object
}

/** The statements of a role's own policies. */
export const statementsOf = (stack: Stack, role: string): readonly Statement[] =>
  (
    (stack.property(role, 'Policies') ?? []) as readonly { PolicyDocument: { Statement: readonly Statement[] } }[]
  ).flatMap(({ PolicyDocument }) => PolicyDocument.Statement)

/** The actions that a role's own policies allow, sorted, each once. */
export const actionsOf = (stack: Stack, role: string): string[] =>
  [...new Set(statementsOf(stack, role).flatMap(({ Action }) => Action))].sort()
