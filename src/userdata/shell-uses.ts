import { type Block, type Command, everyCommand, readShell, type Word } from './shell.ts'
import { heredocInto, isShellScript, nameOfScript, scriptInside, textOfScript } from './shell-inside.ts'
import { exportsVariables, learn, readUse, type Surroundings } from './shell-read-use.ts'
import type { Use } from './shell-use.ts'
import { unknown, values } from './shell-values.ts'
import { type Body, costOf, type Frame, isOver, mostBodies, noFunctions, repeat, type Walk } from './shell-walk.ts'

export { exportsVariables, isShellScript, nameOfScript }

/** A script inside so many others is not looked into, nor a function called by so many others. */
const deepestScript = 4
const deepestCall = 16
/** A loop inside so many others is gone through once. */
const deepestLoop = 8

/** So many characters of scripts inside are read: as much as the longest text that is read. */
const longestInside = 96 * 1024
/** So many scripts inside are read, as many as the 16 KB that EC2 takes can hold. */
const mostInside = 2000
/** So much is read again, of functions that are called more than once and loops over several words: commands, and 64 characters each. */
const mostRepeated = 4096
/** A loop over more words goes through the first. */
const mostRounds = 64

/** A file that is there before the script runs. */
export interface ScriptFile {
  readonly path: string
  readonly content: string
  readonly firstLine: number
}

/**
 * The commands of a script as the shell runs it: in order, with those of its substitutions, of `sh -c`, and of the scripts
 * that it runs and that it wrote itself or that are among the `files`. The body of a function follows each call of it; that
 * of one never called comes last, as one that may be passed over. A loop over plain words is gone through with each. Linear in
 * the text: each script inside is read once, and what is repeated is bounded.
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
    repetitions: 0,
    repeatedLeft: mostRepeated,
  }
  followScript(commands, walk, {
    conditional: false,
    mayFail: false,
    captured: false,
    outer: undefined,
    caller: undefined,
    inside: undefined,
    depth: 0,
    calls: 0,
    loops: 0,
    body: undefined,
    functions: noFunctions(),
  })
  return walk.uses
}

const followScript = (commands: readonly Command[], walk: Walk, frame: Frame) => {
  follow(commands, 0, commands.length, walk, frame)
  const uncalled = { ...frame, conditional: true, mayFail: false, caller: undefined, inside: { place: undefined } }
  // A body may define functions of its own, which are added behind it.
  for (const body of frame.functions.all) if (!body.called) runBody(body, undefined, walk, uncalled)
}

const step = (command: Command, previous: Use | undefined, walk: Walk, frame: Frame, surroundings: Surroundings) => {
  const use = readUse(command, walk.values, previous, frame.functions.byName, surroundings)
  walk.uses.push(use)
  if (walk.repetitions > 0) walk.repeatedLeft -= costOf(use)
  if (use.isFunction) callFunction(use, walk, frame)
  else followInside(use, previous, walk, frame)
  return use
}

const follow = (commands: readonly Command[], from: number, end: number, walk: Walk, frame: Frame) => {
  let before: Use | undefined
  for (let index = from; index < end; index += 1) {
    const outer = commands[index]
    if (outer === undefined || isOver(walk)) return
    const definition = definitionAt(outer, frame.body)
    if (definition !== undefined) {
      define(commands, definition, frame)
      index = definition.end - 1
      continue
    }
    const surroundings = surroundingsOf(commands, index, frame)
    const previous = before?.command.pipeline === outer.pipeline ? before : undefined
    before = step(outer, previous, walk, frame, surroundings)
    if (!computesNothing(outer)) followSubstitutions(before, walk, frame)
    learn(before, walk.values)
    const loop = frame.loops < deepestLoop ? loopBehind(before, commands, index) : undefined
    if (loop !== undefined) {
      goRound(before, commands, loop, walk, frame)
      index = loop.end - 1
    }
  }
}

const surroundingsOf = (commands: readonly Command[], index: number, frame: Frame): Surroundings => ({
  conditional: frame.conditional || commands[index]?.conditional === true,
  mayFail: frame.mayFail || isNothing(commands[index + 1]),
  captured: frame.captured,
  outer: frame.outer,
  place: frame.inside === undefined ? index : frame.inside.place,
  caller: frame.caller,
})

const followSubstitutions = (use: Use, walk: Walk, frame: Frame) => {
  const { command: outer, conditional, place, caller } = use
  const inside: Frame = { ...frame, conditional, captured: true, outer: use, mayFail: false, inside: { place } }
  walk.values.inProcess(() => {
    for (const command of everyCommand([outer])) {
      if (isOver(walk)) break
      if (command === outer) continue
      // A function that is defined in a substitution is read where it stands.
      const isConditional = conditional || command.conditional || command.within !== outer.within
      const surroundings = { conditional: isConditional, mayFail: false, captured: true, outer: use, place, caller }
      learn(step(command, undefined, walk, inside, surroundings), walk.values)
    }
  })
}

/** The body of a function that begins with a command, the outermost one inside the body that is run. */
const definitionAt = ({ block }: Command, running: Block | undefined): Block | undefined => {
  let found: Block | undefined
  for (let body = block?.body; body !== undefined && body !== running; body = body.outer?.body) found = body
  return found
}

const define = (commands: readonly Command[], block: Block, { functions, conditional }: Frame) => {
  const name = block.functionName ?? ''
  const isSure = block.joined === undefined && commands[block.first]?.conditional !== true
  const body: Body = { commands, block, conditional, called: false, running: false }
  const others = isSure ? [] : (functions.byName.get(name) ?? [])
  functions.byName.set(name, [...others, body].slice(-mostBodies))
  functions.all.push(body)
}

const callFunction = (use: Use, walk: Walk, frame: Frame) => {
  if (frame.calls >= deepestCall) return
  const { conditional, mayFail, place } = use
  const inside = { ...frame, conditional, mayFail, caller: use, inside: { place }, calls: frame.calls + 1 }
  for (const body of frame.functions.byName.get(use.program) ?? []) runBody(body, use.words, walk, inside)
}

const runBody = (body: Body, given: readonly string[] | undefined, walk: Walk, frame: Frame) => {
  if (body.running) return
  const isRepeated = body.called
  body.called = true
  body.running = true
  const { commands, block } = body
  const inside = { ...frame, conditional: frame.conditional || body.conditional, body: block }
  const run = () => walk.values.withArguments(given, () => follow(commands, block.first, block.end, walk, inside))
  if (isRepeated) repeat(walk, run)
  else run()
  body.running = false
}

/** The body of the loop whose head a command is. */
const loopBehind = ({ program, isFunction }: Use, commands: readonly Command[], head: number): Block | undefined => {
  if (program !== 'for' || isFunction) return undefined
  let found: Block | undefined
  for (let block = commands[head + 1]?.block; block !== undefined && block.first === head + 1; block = block.outer) {
    if (block.opener === 'for' && block.outer === commands[head]?.block) found = block
  }
  return found
}

const goRound = ({ words }: Use, commands: readonly Command[], loop: Block, walk: Walk, frame: Frame) => {
  const [name = '', keyword, ...given] = words
  const inside = { ...frame, loops: frame.loops + 1 }
  const round = () => follow(commands, loop.first, loop.end, walk, inside)
  const rounds = keyword === 'in' && given.length > 0 ? given.slice(0, mostRounds) : [unknown]
  for (const [at, value] of rounds.entries()) {
    // A pattern stands for the names of files.
    walk.values.assignText(name, /[*?[{]/.test(value) ? unknown : value, false)
    if (at === 0) round()
    else repeat(walk, round)
  }
}

const isPlain = ({ pieces }: Word) => pieces.every(({ kind }) => kind !== 'substitution')

/** Whether there is no command inside a command, so that a long script of plain ones is read fast. */
const computesNothing = ({ words, assignments, redirects }: Command): boolean =>
  redirects.length === 0 && words.every(isPlain) && assignments.every(({ value }) => isPlain(value))

const isNothing = (next: Command | undefined): boolean => {
  const [piece, ...rest] = next?.words[0]?.pieces ?? []
  return next?.joined === 'or' && rest.length === 0 && piece?.kind === 'text' && /^(true|:)$/.test(piece.text)
}

const followInside = (use: Use, before: Use | undefined, walk: Walk, frame: Frame) => {
  if (use.writes.length > 0) {
    const written = heredocInto(use, before)
    if (written !== undefined) for (const { path } of use.writes) walk.files.set(nameOfScript(path), written)
  }
  if (frame.depth >= deepestScript) return
  const script = scriptInside(use, before, walk.files, walk.values)
  if (script === undefined || walk.ran.has(script)) return
  if (walk.ran.size >= mostInside || walk.charactersLeft < script.text.length) return
  walk.ran.add(script)
  walk.charactersLeft -= script.text.length
  const { conditional } = use
  const depth = frame.depth + 1
  const inside = { ...frame, conditional, mayFail: false, caller: use, inside: { place: undefined }, depth }
  const commands = readShell(textOfScript(script), script.firstLine)
  if (use.run.sourced) follow(commands, 0, commands.length, walk, { ...inside, body: undefined })
  else
    walk.values.inProcess(() => followScript(commands, walk, { ...inside, body: undefined, functions: noFunctions() }))
}
