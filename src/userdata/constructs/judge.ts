import type { UserDataConstruct } from '../../core/user-data.ts'
import type { Use, Write } from '../shell-use.ts'
import { callsBootstrap, constructOfExport } from './bootstrap.ts'
import { type ConstructId, constructAt } from './catalogue.ts'
import { constructOfFile, isKubeletUnit, namesCgroupV1, namesKubeletArguments } from './files.ts'
import { type Finding, finding } from './finding.ts'
import { asksForToken, isImdsV1, namesToken } from './imds.ts'
import { constructOfPackage, constructOfRepository, nameOfPackage, packagesInstalled } from './packages.ts'
import { constructOfProgram, constructsOfServices } from './programs.ts'
import { replacements } from './replacements.ts'
import { settledTests } from './settled.ts'

// They print words, ask after files, or take them away: none of it needs the file.
const sayers = new Set(['echo', 'printf', 'logger', ':', 'for', 'case', 'export', 'set', 'trap', '[', '[[', 'test'])
const handlers = new Set('rm rmdir unlink ls stat file chmod chown chgrp restorecon chcon mkdir touch'.split(' '))

/** Collects the constructs of a script once a line each. */
export const collect = () => {
  const found = new Map<string, UserDataConstruct>()
  const add = (id: ConstructId, line: number) => found.set(`${line} ${id}`, constructAt(id, line))
  return { add, all: () => [...found.values()].sort((a, b) => a.line - b.line) }
}

/**
 * The constructs that the commands of a script are, one by one. Nothing for a command that the script only reaches after a
 * test for the same tool or file, that it has brought along, or that it has another way for where the command fails.
 * @param installed packages that something else installs before the script runs.
 */
export const judge = (
  uses: readonly Use[],
  installed: readonly string[],
  add: (id: ConstructId, line: number) => void,
): void => {
  const provided = new Set(installed)
  const settled = settledTests()
  const knowsTokens = uses.some(use => asksForToken(use) || namesToken(use))
  const isReplaced = replacing(uses, knowsTokens)
  for (const use of uses) {
    settled.goTo(use)
    const place = { knowsTokens, inBranch: settled.inBranch(), isAwaited: settled.isAwaited() }
    for (const { id, unless } of findingsOf(use, place)) {
      const isProvided = unless.some(name => provided.has(name))
      if (!isProvided && !settled.covers(unless) && !isReplaced(id, use)) add(id, use.line)
    }
    settled.learn()
    learnProvided(use, provided)
  }
}

const learnProvided = (use: Use, provided: Set<string>) => {
  for (const name of packagesInstalled(use.program, use.words)) provided.add(nameOfPackage(name))
  if (use.program === 'alias') for (const word of use.words) provided.add(word.slice(0, word.indexOf('=')))
  for (const { path } of use.writes) {
    if (/^\/(usr\/)?(local\/)?s?bin\//.test(path)) provided.add(path.slice(path.lastIndexOf('/') + 1))
  }
}

/** What is known of where a command stands. */
interface Place {
  readonly knowsTokens: boolean
  readonly inBranch: boolean
  readonly isAwaited: boolean
}

/** Whether another command is there for the case that a command fails, and is not the same construct. Each is looked at once. */
const replacing = (uses: readonly Use[], knowsTokens: boolean) => {
  const replacementOf = replacements(uses)
  const idsOf = new Map<Use, ReadonlySet<ConstructId>>()
  return (id: ConstructId, use: Use): boolean => {
    const other = replacementOf(use)
    if (other === undefined || (id === 'bootstrap-sh' && other.program !== 'nodeadm')) return false
    const known = idsOf.get(other)
    const place = { knowsTokens, inBranch: true, isAwaited: false }
    const ids = known ?? new Set(findingsOf(other, place).map(one => one.id))
    if (known === undefined) idsOf.set(other, ids)
    return !ids.has(id)
  }
}

const findingsOf = (use: Use, { knowsTokens, inBranch, isAwaited }: Place): readonly Finding[] => {
  if (callsBootstrap(use)) return [finding('bootstrap-sh')]
  const found: Finding[] = []
  const add = (one: Finding | undefined) => {
    if (one !== undefined) found.push(one)
  }
  if (!use.isFunction) {
    add(constructOfProgram(use.program))
    add(constructOfRepository(use.program, use.words))
    for (const name of packagesInstalled(use.program, use.words)) add(constructOfPackage(name))
    for (const one of constructsOfServices(use, isAwaited)) add(one)
    if (isImdsV1(use, knowsTokens, inBranch)) add(finding('imdsv1'))
  }
  add(constructOfExport(use))
  addFiles(use, add)
  return found
}

const addFiles = ({ program, words, writes, targets, isFunction }: Use, add: (one: Finding | undefined) => void) => {
  for (const path of targets) add(constructOfFile(path, false))
  if (writes.length > 0) addWrites(writes, add)
  // A function is judged by what it does with its words.
  if (sayers.has(program) || isFunction) return
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
