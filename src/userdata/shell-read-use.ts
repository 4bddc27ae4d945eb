import type { Assignment, Command } from './shell.ts'
import { absolutePath } from './shell-paths.ts'
import { nameOfProgram, type Program, programOf, type Run, runOf } from './shell-program.ts'
import type { Use } from './shell-use.ts'
import { unknown, type Values } from './shell-values.ts'
import { saidBy, writesOf } from './shell-writes.ts'

/** What a command is told by what stands around it. */
export type Surroundings = Pick<Use, 'conditional' | 'mayFail' | 'captured' | 'outer' | 'place' | 'caller'>

const none: readonly string[] = []
const noEnvironment: ReadonlyMap<string, string> = new Map()

const environmentOf = (assignments: readonly Assignment[], given: Program['environment'], { textOf }: Values) => {
  if (assignments.length + given.length === 0) return noEnvironment
  return new Map([...assignments.map(({ name, value }) => [name, textOf(value)] as const), ...given])
}

const pathOf = ({ file }: Run, program: string, values: Values): string | undefined => {
  if (file === undefined || file === '') return undefined
  const isSearched = file === program && !file.includes('/')
  return isSearched ? undefined : absolutePath(file, values.valueOf('PWD'))
}

/**
 * One command as it runs, with the values of the variables at this point.
 * @param before the command before it in the pipeline.
 * @param functions the functions that are defined, by name.
 */
export const readUse = (
  command: Command,
  values: Values,
  before: Use | undefined,
  functions: { readonly has: (name: string) => boolean },
  surroundings: Surroundings,
): Use => {
  const { line, redirects, assignments } = command
  const called = programOf(values.fieldsOf(command.words))
  const name = called?.name ?? ''
  const words = called?.arguments ?? none
  const program = name.includes(unknown) ? unknown : nameOfProgram(name)
  const environment = called === undefined ? noEnvironment : environmentOf(assignments, called.environment, values)
  const targets = redirects.length === 0 ? none : redirects.map(({ target }) => values.textOf(target))
  const said = redirects.length > 0 || program === 'tee' ? saidBy({ command, program, words }) || saidBy(before) : ''
  const writes = words.length === 0 && targets.length === 0 ? [] : writesOf(command, program, words, targets, said)
  const run = runOf({ program, words })
  const [first] = command.words
  // Behind `sudo`, `env` and `command` stands a program and no function.
  const isFunction = first !== undefined && functions.has(name) && values.textOf(first) === name
  return {
    command,
    line,
    program,
    words,
    run,
    environment,
    variables: values.latest(),
    targets,
    writes,
    isFunction,
    path: isFunction ? undefined : pathOf(run, program, values),
    ...surroundings,
  }
}

const declaring: ReadonlySet<string> = new Set(['', 'export', 'declare', 'typeset', 'local', 'readonly'])
const setting: ReadonlySet<string> = new Set(['read', 'unset', 'mapfile', 'readarray'])
const looping: ReadonlySet<string> = new Set(['for', 'select'])
const moving: ReadonlySet<string> = new Set(['cd', 'pushd'])
const renumbering: ReadonlySet<string> = new Set(['shift', 'set'])

const move = ({ words, conditional }: Use, values: Values) => {
  const target = words.find(word => !/^-[A-Za-z@]*$/.test(word))
  const folder = target === undefined ? undefined : absolutePath(target, values.valueOf('PWD'))
  values.assignText('PWD', folder ?? unknown, conditional)
}

/** Keeps the variables up to date with what a command does to them. */
export const learn = (use: Use, values: Values): void => {
  const { command, program, words, conditional, isFunction } = use
  if (isFunction) return
  if (declaring.has(program)) for (const one of command.assignments) values.assign(one, conditional)
  if (setting.has(program)) for (const word of words) values.forget(word)
  if (looping.has(program)) values.forget(words[0] ?? '')
  if (moving.has(program)) move(use, values)
  if (program === 'popd') values.forget('PWD')
  if (renumbering.has(program)) values.forgetArguments()
  if (!exportsVariables({ program, words })) return
  for (const word of words) values.export(word.split('=', 1)[0] ?? '')
}

/** Whether a command puts variables into the environment of every program behind it. */
export const exportsVariables = ({ program, words }: Pick<Use, 'program' | 'words'>): boolean =>
  program === 'export' || ((program === 'declare' || program === 'typeset') && words.some(word => /^-\w*x/.test(word)))
