export interface Program {
  readonly name: string
  readonly arguments: readonly string[]
  /** What `env`, `sudo` and their like put into the environment of the program, in order. */
  readonly environment: readonly (readonly [name: string, value: string])[]
}

interface Wrapper {
  /** The options that take the next word, as they are written. */
  readonly valued: ReadonlySet<string>
  /** How many words stand between the options and the program: the duration of `timeout`. */
  readonly operands: number
  /** With this option, nothing is run. */
  readonly onlyAsks?: RegExp
}

const wrapper = (valued: readonly string[] = [], operands = 0): Wrapper => ({ valued: new Set(valued), operands })

const wrappers: ReadonlyMap<string, Wrapper> = new Map([
  ['sudo', wrapper(['-u', '-g', '-h', '-p', '-C', '-D', '-R', '-r', '-t', '-T', '-U', '--user', '--group'])],
  ['env', wrapper(['-u', '--unset', '-C', '--chdir'])],
  ['nohup', wrapper()],
  ['setsid', wrapper()],
  ['command', { ...wrapper(), onlyAsks: /^-[a-zA-Z]*[vV]/ }],
  ['builtin', wrapper()],
  ['exec', wrapper(['-a'])],
  ['time', wrapper(['-f', '-o', '--format', '--output'])],
  ['timeout', wrapper(['-k', '-s', '--kill-after', '--signal'], 1)],
  ['nice', wrapper(['-n', '--adjustment'])],
  ['ionice', { ...wrapper(['-c', '-n', '--class', '--classdata']), onlyAsks: /^-[a-zA-Z]*[pPu]|^--(pid|pgid|uid)$/ }],
  ['chrt', { ...wrapper(['-T', '-P', '-D'], 1), onlyAsks: /^-[a-zA-Z]*[pm]|^--(pid|max)$/ }],
  ['taskset', { ...wrapper([], 1), onlyAsks: /^-[a-zA-Z]*p|^--pid$/ }],
  ['stdbuf', wrapper(['-i', '-o', '-e', '--input', '--output', '--error'])],
  ['xargs', wrapper(['-a', '-d', '-E', '-I', '-L', '-n', '-P', '-s', '--arg-file', '--max-args', '--max-procs'])],
  ['flock', wrapper(['-w', '-E', '--timeout', '--wait', '--conflict-exit-code'], 1)],
  [
    'systemd-run',
    wrapper(['-p', '-u', '-E', '-H', '-M', '--unit', '--property', '--slice', '--setenv', '--description']),
  ],
  // How often it may run and its name stand before the program.
  ['cloud-init-per', wrapper([], 2)],
])

/** The name of a program: without its folder, where that is one of the system's. */
export const nameOfProgram = (path: string): string =>
  path.startsWith('/') ? path.replace(/^\/(?:usr\/)?s?bin\//, '') : path

const wrapperOf = (word: string | undefined): Wrapper | undefined =>
  word === undefined ? undefined : wrappers.get(nameOfProgram(word))

/** Where what a wrapper runs begins; undefined when it runs nothing. */
const behindWrapper = (
  { valued, operands, onlyAsks }: Wrapper,
  words: readonly string[],
  start: number,
  environment: (readonly [string, string])[],
): number | undefined => {
  let place = start
  for (let word = words[place]; word !== undefined; word = words[place]) {
    const name = /^[A-Za-z_][A-Za-z0-9_]*(?==)/.exec(word)?.[0]
    if (onlyAsks?.test(word)) return undefined
    if (name !== undefined) environment.push([name, word.slice(name.length + 1)])
    else if (!word.startsWith('-')) break
    place += valued.has(word) ? 2 : 1
    if (word === '--') break
  }
  place += operands
  return place < words.length ? place : undefined
}

/**
 * The program that the words of a command run, behind `sudo`, `env`, `nohup`, `command`, `exec`, `time`, `timeout` and
 * their like; undefined where there is no word. A shell with `-c` is the program itself: see `runOf`.
 */
export const programOf = (words: readonly string[]): Program | undefined => {
  const environment: (readonly [string, string])[] = []
  let place = 0
  for (let known = wrapperOf(words[place]); known !== undefined; known = wrapperOf(words[place])) {
    const behind = behindWrapper(known, words, place + 1, environment)
    if (behind === undefined) break
    place = behind
  }
  const name = words[place]
  if (name === undefined) return undefined
  // `flock` and its like give the text behind `-c` to a shell.
  if (name === '-c' && place > 0) return { name: 'sh', arguments: words.slice(place), environment }
  return { name, arguments: words.slice(place + 1), environment }
}

/** What a program comes to, when a shell that is told to run a script stands for the script. */
export interface Run {
  /** The script or program that is run. */
  readonly file?: string
  /** The script itself, where a shell is given it as an argument. */
  readonly text?: string
  /** The arguments of the file. */
  readonly words: readonly string[]
  /** Whether the running shell itself reads it. */
  readonly sourced: boolean
}

const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ksh', 'zsh'])
const valuedOption = /^(?:[-+][a-zA-Z]*[oO]|--rcfile|--init-file)$/

/** What a shell runs by its words: a text behind `-c`, else a file; with neither, or behind `-s`, it runs its input. */
const runOfShell = (words: readonly string[]): Run => {
  let options = ''
  let place = 0
  for (let word = words[place]; word !== undefined && /^[-+]/.test(word); word = words[place]) {
    place += valuedOption.test(word) ? 2 : 1
    if (word === '-' || word === '--') break
    if (/^-[a-zA-Z]/.test(word)) options += word
  }
  const operand = words[place]
  const rest = { words: words.slice(place + 1), sourced: false }
  if (options.includes('c')) return { text: operand ?? '', ...rest }
  return operand === undefined || options.includes('s') ? rest : { file: operand, ...rest }
}

/** What a program comes to that is called with the words; neither `file` nor `text` where a shell runs its input. */
export const runOf = ({ program, words }: { program: string; words: readonly string[] }): Run => {
  if (program === 'eval') return { text: words.join(' '), words: [], sourced: true }
  if (program === '.' || program === 'source') {
    const [file = '', ...rest] = words
    return { file, words: rest, sourced: true }
  }
  if (program === 'su' || program === 'runuser') {
    const option = words.findIndex(word => /^-[a-z]*c$|^--command$/.test(word))
    return { ...(option !== -1 && { text: words[option + 1] ?? '' }), words: [], sourced: false }
  }
  return shells.has(program) ? runOfShell(words) : { file: program, words, sourced: false }
}
