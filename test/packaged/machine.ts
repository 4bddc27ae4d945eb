import { StateMachine } from 'aws-local-stepfunctions'
import type { Stack } from './stack.ts'

type State = Readonly<Record<string, unknown>> & {
  readonly Type: string
  readonly Resource?: string
  readonly ItemProcessor?: Definition
  readonly ItemReader?: { readonly Parameters: object }
}
export interface Definition {
  readonly StartAt: string
  readonly TimeoutSeconds?: number
  readonly States: Readonly<Record<string, State>>
}

/** The definition of the machine as it is deployed. */
export const definitionIn = (stack: Stack): Definition => stack.property('ScanMachine', 'Definition') as Definition

/** What calls a function of a state. */
export type Invoke = (event: unknown) => Promise<unknown>

export interface Execution {
  /** By the ARNs of the functions. */
  readonly functions: Readonly<Record<string, Invoke>>
  /** The text of a file in a bucket; undefined where there is none. */
  readonly readFile: (bucket: string, key: string) => Promise<string | undefined>
  readonly name: string
  /** When the execution started, for one that is repeated. @default now */
  readonly startedAt?: string | undefined
  /** The input of the execution. */
  readonly scope?: object | undefined
  /** Whether everything stops after this call of a state: its function has done its work, and nobody hears of it. */
  readonly crashAfter?: ((state: string, event: unknown) => boolean) | undefined
  /** Told of every state that is entered, those of children included. */
  readonly entered?: ((state: string) => void) | undefined
}

/** What the interpreter throws of an execution that was cut off. */
export const crashed = 'ExecutionAbortedError'

/**
 * Runs the packaged definition in the local interpreter. It knows no ItemReader, so what a reader reads is put before its
 * map by a task that takes the reader's own parameters. It waits for no retry. Nothing else is changed.
 */
export const execute = async (definition: Definition, execution: Execution): Promise<unknown> => {
  const { functions, readFile, name, startedAt, scope = {}, crashAfter, entered } = execution
  let crash = () => {}
  let isDead = false
  const handlers = Object.fromEntries(
    tasksOf(definition).map(([state, arn]) => {
      const invoke = functions[arn]
      if (!invoke) throw new Error(`There is no function ${arn}, which the state ${state} calls`)
      const call: Invoke = async event => {
        // The interpreter goes on with what it began before it was aborted.
        if (isDead) throw new Error(crashed)
        entered?.(state)
        // The interpreter has a start of its own, so that a repeated execution would be another run.
        const reply = await invoke(state === 'Plan' && startedAt ? { ...(event as object), startedAt } : event)
        if (!crashAfter?.(state, event)) return reply
        isDead = true
        crash()
        throw new Error(crashed)
      }
      return [state, call]
    }),
  )
  const readItems = async ({ Bucket, Key }: { Bucket: string; Key: string }) => {
    const text = await readFile(Bucket, Key)
    if (text === undefined) throw Object.assign(new Error(`there is no ${Key}`), { name: 'States.ItemReaderFailed' })
    return text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as unknown)
  }
  const readers = readersOf(definition).map(reader => [reader, readItems] as const)
  const machine = new StateMachine(runnable(definition) as never, { validationOptions: { noValidate: true } })
  const { result, abort } = machine.run(scope as never, {
    context: { Execution: { Name: name } } as never,
    overrides: {
      taskResourceLocalHandlers: { ...handlers, ...Object.fromEntries(readers) } as never,
      retryIntervalOverrides: Object.fromEntries(tasksOf(definition).map(([state]) => [state, 0])),
    },
  })
  crash = abort
  return result
}

const readerOf = (map: string) => `${map}: ItemReader`
const readersOf = ({ States }: Definition) =>
  Object.entries(States).flatMap(([name, { ItemReader }]) => (ItemReader ? [readerOf(name)] : []))

/** The definition with its item readers as tasks of their own. */
const runnable = (definition: Definition): Definition => {
  const maps = Object.entries(definition.States).filter(([, { ItemReader }]) => ItemReader)
  const toReader = (target: unknown) => (maps.some(([name]) => name === target) ? readerOf(String(target)) : target)
  const redirected = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(redirected)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [
        key,
        (key === 'Next' || key === 'Default') && typeof part === 'string' ? toReader(part) : redirected(part),
      ]),
    )
  }
  const states = redirected(definition.States) as Definition['States']
  const withReaders = maps.map(([name, { ItemReader, ...map }]) => {
    const task = { Type: 'Task', Resource: 'arn:aws:lambda:eu-west-1:111111111111:function:reader' }
    const reader = { ...task, Parameters: ItemReader?.Parameters, ResultPath: '$.items', Next: name }
    const { ItemReader: _, ...rest } = states[name] ?? map
    return { [readerOf(name)]: { ...reader, Catch: rest['Catch'] }, [name]: { ...rest, ItemsPath: '$.items' } }
  })
  return { ...definition, States: Object.assign({}, states, ...withReaders) }
}

/** Every task, those of the maps' children included, with what it calls. */
export const tasksOf = ({ States }: Definition): readonly (readonly [string, string])[] =>
  Object.entries(States).flatMap(([name, { Resource, ItemProcessor }]) => [
    ...(Resource === undefined ? [] : [[name, Resource] as const]),
    ...(ItemProcessor ? tasksOf(ItemProcessor) : []),
  ])
