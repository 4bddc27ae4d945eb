import type { UserDataConstruct } from '../../core/user-data.ts'
import type { Use, Write } from '../shell-use.ts'
import { callsBootstrap, constructOfExport, isQuiet } from './bootstrap.ts'
import { type ConstructId, constructAt } from './catalogue.ts'
import { constructOfFile, isKubeletUnit, namesCgroupV1, namesKubeletArguments } from './files.ts'
import { type Finding, finding } from './finding.ts'
import { anything, testedBy } from './guards.ts'
import { asksForToken, isImdsV1 } from './imds.ts'
import { constructOfPackage, constructOfRepository, nameOfPackage, packagesInstalled } from './packages.ts'
import { constructOfProgram, constructsOfServices } from './programs.ts'

// They print words, ask after files, or take them away: none of it needs the file.
const sayers = new Set(['echo', 'printf', 'logger', ':', 'for', 'case', 'export', 'set', 'trap', '[', '[[', 'test'])
const handlers = new Set('rm rmdir unlink ls stat file chmod chown chgrp restorecon chcon mkdir touch'.split(' '))

/** Collects the constructs of a script once a line each. */
export const collect = () => {
  const found = new Map<string, UserDataConstruct>()
  const add = (id: ConstructId, line: number) => found.set(`${line} ${id}`, constructAt(id, line))
  return { add, all: () => [...found.values()].sort((a, b) => a.line - b.line) }
}

/** What the script has tested for and installed so far. */
interface Known {
  readonly tested: Set<string>
  /** Tested, and the script ended where it was not there. */
  readonly certain: Set<string>
  /** Packages installed, and programs that the script made itself. */
  readonly provided: Set<string>
  pending: readonly string[]
}

/**
 * The constructs that the commands of a script are, one by one. Nothing for a command that the script only reaches after a
 * test for the same tool or file, or that it has brought along.
 * @param installed packages that something else installs before the script runs.
 */
export const judge = (
  uses: readonly Use[],
  installed: readonly string[],
  add: (id: ConstructId, line: number) => void,
): void => {
  const known: Known = { tested: new Set(), certain: new Set(), provided: new Set(installed), pending: [] }
  const hasToken = uses.some(asksForToken)
  for (const use of uses) {
    learnTests(use, known)
    for (const { id, unless } of findingsOf(use, hasToken)) {
      if (!isExpected(unless, use, known)) add(id, use.line)
    }
    learnProvided(use, known)
  }
}

const learnTests = (use: Use, known: Known) => {
  const tested = testedBy(use)
  if (tested.length > 0) {
    for (const name of tested) known.tested.add(name)
    known.pending = tested.filter(name => name !== anything)
    return
  }
  const ends = use.program === 'exit' || use.program === 'return'
  if (ends && use.conditional) for (const name of known.pending) known.certain.add(name)
  if (ends || !isQuiet(use)) known.pending = []
}

const learnProvided = (use: Use, { provided }: Known) => {
  for (const name of packagesInstalled(use.program, use.words)) provided.add(nameOfPackage(name))
  if (use.program === 'alias') for (const word of use.words) provided.add(word.slice(0, word.indexOf('=')))
  for (const { path } of use.writes) {
    if (/^\/(usr\/)?(local\/)?s?bin\//.test(path)) provided.add(path.slice(path.lastIndexOf('/') + 1))
  }
}

const isExpected = (unless: readonly string[], { conditional }: Use, { tested, certain, provided }: Known): boolean => {
  if (unless.some(name => provided.has(name) || certain.has(name))) return true
  return conditional && (tested.has(anything) || unless.some(name => tested.has(name)))
}

const findingsOf = (use: Use, hasToken: boolean): readonly Finding[] => {
  if (callsBootstrap(use)) return [finding('bootstrap-sh')]
  const found: Finding[] = []
  const add = (one: Finding | undefined) => {
    if (one !== undefined) found.push(one)
  }
  add(constructOfProgram(use.program))
  add(constructOfExport(use))
  add(constructOfRepository(use.program, use.words))
  for (const name of packagesInstalled(use.program, use.words)) add(constructOfPackage(name))
  for (const one of constructsOfServices(use)) add(one)
  if (isImdsV1(use, hasToken)) add(finding('imdsv1'))
  addFiles(use, add)
  return found
}

const addFiles = ({ program, words, writes, targets }: Use, add: (one: Finding | undefined) => void) => {
  for (const path of targets) add(constructOfFile(path, false))
  if (writes.length > 0) addWrites(writes, add)
  if (sayers.has(program)) return
  if (words.some(namesCgroupV1) && !program.endsWith('grep')) add(finding('cgroup-v1-kernel-argument'))
  if (handlers.has(program)) return
  for (const word of words) add(constructOfFile(word, false))
  add(constructOfFile(program, false))
}

const addWrites = (writes: readonly Write[], add: (one: Finding | undefined) => void) => {
  for (const { path } of writes) add(constructOfFile(path, true))
  // A command writes two texts at most: what it is given, and its arguments.
  for (const content of new Set(writes.map(write => write.content))) {
    const paths = writes.filter(write => write.content === content).map(({ path }) => path)
    add(constructOfContent(paths, content))
  }
}

const isBootFile = (path: string) => path.startsWith('/etc/default/grub') || path.startsWith('/etc/kernel/cmdline')

/** The construct that files of AL2023 too become by what is written into them. */
export const constructOfContent = (paths: readonly string[], content: string): Finding | undefined => {
  if (paths.some(isKubeletUnit) && namesKubeletArguments(content)) return finding('kubelet-drop-in')
  return paths.some(isBootFile) && namesCgroupV1(content) ? finding('cgroup-v1-kernel-argument') : undefined
}
