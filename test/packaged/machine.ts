import { StateMachine } from 'aws-local-stepfunctions'
import type { FakeAws } from './aws.ts'
import type { LambdaFunction } from './functions.ts'
import type { Stack } from './stack.ts'

type State = Readonly<Record<string, unknown>> & {
  readonly Type: string
  readonly Resource?: string
  readonly ItemProcessor?: Definition
}
export interface Definition {
  readonly StartAt: string
  readonly States: Readonly<Record<string, State>>
}

/** The definition of the machine as it is deployed. */
export const definitionIn = (stack: Stack): Definition => stack.property('ScanMachine', 'Definition') as Definition

const reader = 'Scan: ItemReader'

/**
 * Runs the packaged definition in the local interpreter. It knows no ItemReader, so what the reader reads is put before
 * the map by a task that takes the reader's own parameters; nothing else is changed.
 */
export const execute = async (
  stack: Stack,
  {
    functions,
    aws,
    execution,
    scope = {},
  }: {
    /** By their ARNs. */
    readonly functions: Readonly<Record<string, LambdaFunction>>
    readonly aws: FakeAws
    readonly execution: string
    readonly scope?: object
  },
): Promise<unknown> => {
  const definition = definitionIn(stack)
  const { Scan: map } = definition.States
  if (!map) throw new Error('The machine has no state Scan')
  const { ItemReader, ...rest } = map
  const { Parameters } = ItemReader as { readonly Parameters: object }
  const task = { Type: 'Task', Resource: 'arn:aws:lambda:eu-west-1:111111111111:function:reader' }
  const runnable = {
    ...definition,
    States: {
      ...Object.fromEntries(
        Object.entries(definition.States).map(([name, state]) => [
          name,
          state['Next'] === 'Scan' ? { ...state, Next: reader } : state,
        ]),
      ),
      [reader]: { ...task, Parameters, ResultPath: '$.items', Next: 'Scan' },
      Scan: { ...rest, ItemsPath: '$.items' },
    },
  }

  const handlers = Object.fromEntries(
    tasksOf(definition).map(([name, arn]) => {
      const called = functions[arn]
      if (!called) throw new Error(`There is no function ${arn}, which the state ${name} calls`)
      return [name, (event: unknown) => called.invoke(event)]
    }),
  )
  const readItems = async ({ Bucket, Key }: { Bucket: string; Key: string }) =>
    (aws.files.get(`${Bucket}/${Key}`) ?? '')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as unknown)
  const machine = new StateMachine(runnable as never, { validationOptions: { noValidate: true } })
  const { result } = machine.run(scope as never, {
    context: { Execution: { Name: execution } } as never,
    overrides: { taskResourceLocalHandlers: { ...handlers, [reader]: readItems } as never },
  })
  return result
}

/** Every task, those of the map's children included, with what it calls. */
export const tasksOf = ({ States }: Definition): readonly (readonly [string, string])[] =>
  Object.entries(States).flatMap(([name, { Resource, ItemProcessor }]) => [
    ...(Resource === undefined ? [] : [[name, Resource] as const]),
    ...(ItemProcessor ? tasksOf(ItemProcessor) : []),
  ])
