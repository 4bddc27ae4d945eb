import { type Assignment, type Command, everyCommand, type Heredoc, readShell, type Word } from './shell.ts'
import { nameOfProgram, type Program, programOf, runOf } from './shell-program.ts'
import { mostRead } from './shell-syntax.ts'
import type { Use } from './shell-use.ts'
import { unknown, type Values, values } from './shell-values.ts'
import { heredocOf, saidBy, writesOf } from './shell-writes.ts'

/** A script inside so many others is not looked into. */
const deepestScript = 4

/** So many characters of scripts inside are read: as much as the longest text that is read. */
const longestInside = 128 * 1024
/** So many scripts inside are read, as many as the 16 KB that EC2 takes can hold. */
const mostInside = 2000

/** A file that is there before the script runs. */
export interface ScriptFile {
  readonly path: string
  readonly content: string
  readonly firstLine: number
}

/** Where a shell `expands` it while it writes it, it writes a dollar for `\\$`. */
type ScriptText = Pick<Heredoc, 'text' | 'firstLine' | 'expands'>

interface Walk {
  readonly values: Values
  readonly uses: Use[]
  /** The texts of the files that are there, by name. */
  readonly files: Map<string, ScriptText>
  /** What has been run: each script inside is read once. */
  readonly ran: Set<ScriptText>
  charactersLeft: number
}

/**
 * The commands of a script as the shell runs it, in the order of its text, with those of its substitutions, of `sh -c`,
 * and of the scripts that it runs and that it wrote itself or that are among the `files`. Linear in the text: each script
 * inside is read once.
 */
export const usesOf = (commands: readonly Command[], files: readonly ScriptFile[] = []): readonly Use[] => {
  const texts = files.map(
    ({ path, content: text, firstLine }) => [nameOfScript(path), { text, firstLine, expands: false }] as const,
  )
  const walk: Walk = {
    values: values(),
    uses: [],
    files: new Map(texts),
    ran: new Set(),
    charactersLeft: longestInside,
  }
  follow(commands, walk, 0, false)
  return walk.uses
}

const follow = (commands: readonly Command[], walk: Walk, depth: number, behindCondition: boolean) => {
  let before: Use | undefined
  const step = (command: Command, previous: Use | undefined, surroundings: Surroundings) => {
    const use = readUse(command, walk.values, previous, surroundings)
    walk.uses.push(use)
    const heredoc = heredocOf(command) ?? (previous && heredocOf(previous.command))
    followInside(use, heredoc, walk, depth)
    return use
  }
  for (const [index, outer] of commands.entries()) {
    if (walk.uses.length >= mostRead) return
    const conditional = behindCondition || outer.conditional
    const place = depth === 0 ? index : undefined
    const mayFail = isNothing(commands[index + 1])
    const previous = before?.command.pipeline === outer.pipeline ? before : undefined
    before = step(outer, previous, { conditional, mayFail, captured: false, place })
    if (!computesNothing(outer)) {
      walk.values.inProcess(() => {
        for (const command of everyCommand([outer])) {
          if (walk.uses.length >= mostRead) break
          if (command === outer) continue
          const isConditional = conditional || command.conditional
          const use = step(command, undefined, { conditional: isConditional, mayFail: false, captured: true, place })
          learn(use, walk.values)
        }
      })
    }
    learn(before, walk.values)
  }
}

const isPlain = ({ pieces }: Word) => pieces.every(({ kind }) => kind !== 'substitution')

/** Whether there is no command inside a command, so that a long script of plain ones is read fast. */
const computesNothing = ({ words, assignments, redirects }: Command): boolean =>
  redirects.length === 0 && words.every(isPlain) && assignments.every(({ value }) => isPlain(value))

const isNothing = (next: Command | undefined): boolean => {
  const [piece, ...rest] = next?.words[0]?.pieces ?? []
  return next?.conditional === true && rest.length === 0 && piece?.kind === 'text' && /^(true|:)$/.test(piece.text)
}

type Surroundings = Pick<Use, 'conditional' | 'mayFail' | 'captured' | 'place'>

const none: readonly string[] = []
const noEnvironment: ReadonlyMap<string, string> = new Map()

const environmentOf = (assignments: readonly Assignment[], given: Program['environment'], { textOf }: Values) => {
  if (assignments.length + given.length === 0) return noEnvironment
  return new Map([...assignments.map(({ name, value }) => [name, textOf(value)] as const), ...given])
}

const readUse = (command: Command, values: Values, before: Use | undefined, surroundings: Surroundings): Use => {
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
  const variables = values.latest()
  return { command, line, program, words, run, environment, variables, targets, writes, ...surroundings }
}

const declaring: ReadonlySet<string> = new Set(['', 'export', 'declare', 'typeset', 'local', 'readonly'])
const setting: ReadonlySet<string> = new Set(['read', 'unset', 'mapfile', 'readarray'])
const looping: ReadonlySet<string> = new Set(['for', 'select'])

/** Keeps the variables up to date with what a command does to them. */
const learn = ({ command, program, words, conditional }: Use, values: Values) => {
  if (declaring.has(program)) for (const one of command.assignments) values.assign(one, conditional)
  if (setting.has(program)) for (const word of words) values.forget(word)
  if (looping.has(program)) values.forget(words[0] ?? '')
  if (!exportsVariables({ program, words })) return
  for (const word of words) values.export(word.split('=', 1)[0] ?? '')
}

/** Whether a command puts variables into the environment of every program behind it. */
export const exportsVariables = ({ program, words }: Pick<Use, 'program' | 'words'>): boolean =>
  program === 'export' || ((program === 'declare' || program === 'typeset') && words.some(word => /^-\w*x/.test(word)))

const followInside = (use: Use, input: ScriptText | undefined, walk: Walk, depth: number) => {
  if (input !== undefined) for (const { path } of use.writes) walk.files.set(nameOfScript(path), input)
  if (depth >= deepestScript) return
  const script = scriptInside(use, input, walk)
  if (script === undefined || walk.ran.has(script)) return
  if (walk.ran.size >= mostInside || walk.charactersLeft < script.text.length) return
  walk.ran.add(script)
  walk.charactersLeft -= script.text.length
  const text = script.expands ? script.text.replace(/\\([$`\\])/g, '$1') : script.text
  const run = () => follow(readShell(text, script.firstLine), walk, depth + 1, use.conditional)
  if (use.run.sourced) run()
  else walk.values.inProcess(run)
}

/** The script that a command runs, where its text is at hand: a file, its input, or its argument. */
const scriptInside = (
  { run, program, command }: Use,
  input: ScriptText | undefined,
  { files, values }: Walk,
): ScriptText | undefined => {
  const { file, text } = run
  if (text === '' || text === unknown) return undefined
  if (text !== undefined) {
    const line = command.words.find(word => values.textOf(word) === text)?.line ?? command.line
    return { text, firstLine: line, expands: false }
  }
  if (file === undefined) return input
  const script = files.get(nameOfScript(file))
  // A shell that is given a file reads it whatever its first line says.
  return script !== undefined && (file !== program || isShellScript(script.text)) ? script : undefined
}

/** The name by which a script is called that lies in the folder of the shell or where it looks for programs. */
export const nameOfScript = (path: string): string => path.replace(/^(?:\.\/|\/(?:usr\/)?(?:local\/)?s?bin\/)/, '')

/** Whether the first line leaves a text to a shell. */
export const isShellScript = (text: string): boolean =>
  !text.startsWith('#!') || /^#![^\n]*[/ \t](ba|da|k|z)?sh\b/.test(text.slice(0, 256))
