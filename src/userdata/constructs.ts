import type { UserDataConstruct } from '../core/user-data.ts'
import { bootstrapCalls } from './bootstrap-sh.ts'
import type { CloudConfigScripts } from './cloud-config.ts'
import { constructsAfterBootstrap } from './constructs/after-bootstrap.ts'
import { setsVariablesAtLogin } from './constructs/bootstrap.ts'
import { constructAt } from './constructs/catalogue.ts'
import { constructOfFile } from './constructs/files.ts'
import { collect, constructOfContent, judge } from './constructs/judge.ts'
import { constructOfPackage, nameOfPackage } from './constructs/packages.ts'
import { readShell } from './shell.ts'
import type { Use } from './shell-use.ts'
import { isShellScript, nameOfScript, usesOf } from './shell-uses.ts'

export { constructCatalogue, idsOfFamilies } from './constructs/catalogue.ts'

export interface ScriptToJudge {
  readonly uses: readonly Use[]
  readonly firstLine: number
  readonly hasShebang: boolean
  readonly text: string
  /** Packages that something else installs before the script runs, such as `packages` of the same cloud-config. */
  readonly installed?: readonly string[]
}

// cloud-init takes it away, with the blank space behind it, before it runs the rest (handlers/boot_hook.py).
const boothookPrefix = /^#cloud-boothook\s*/

const debianTools = new Set(['apt', 'apt-get', 'aptitude', 'snap'])
const amazonTools = new Set(['yum', 'dnf', 'microdnf', 'rpm', 'amazon-linux-extras'])

/**
 * The constructs of one shell script that work on AL2 and not on AL2023, by line; each id at most once a line. Nothing for
 * a script of Debian or Ubuntu, nor for one of another interpreter, whose commands a shell reader does not know.
 */
export const constructsOf = (script: ScriptToJudge): readonly UserDataConstruct[] => {
  const { uses, firstLine, text, installed } = script
  const body = text.replace(boothookPrefix, '')
  if (!isShellScript(body)) return otherInterpreter(body, firstLine)
  if (isOfDebian(uses)) return []

  const { add, all } = collect()
  const hasShebang = script.hasShebang || body.startsWith('#!')
  if (!hasShebang && uses.length > 0) add('shell-without-shebang', firstLine)
  judge(uses, installed?.map(nameOfPackage) ?? [], add)
  const calls = all().filter(({ id }) => id === 'bootstrap-sh')
  if (calls.length > 0) for (const line of dockerRuntimes(uses)) add('docker-runtime', line)
  for (const { id, line } of constructsAfterBootstrap(uses, new Set(calls.map(({ line }) => line)))) add(id, line)
  return all()
}

/** The calls of bootstrap.sh that make Docker the runtime. */
const dockerRuntimes = (uses: readonly Use[]): readonly number[] =>
  bootstrapCalls(uses).flatMap(call => (call.arguments.get('--container-runtime') === 'dockerd' ? [call.line] : []))

const otherInterpreter = (text: string, line: number): readonly UserDataConstruct[] =>
  /^#![^\n]*[/ ]python(2(\.7)?)?[ \t\r]*(\n|$)/.test(text.slice(0, 256)) ? [constructAt('python2', line)] : []

const isOfDebian = (uses: readonly Use[]): boolean =>
  uses.some(({ program, conditional }) => debianTools.has(program) && !conditional) &&
  !uses.some(({ program }) => amazonTools.has(program))

/**
 * The same of what a cloud-config says outside its scripts: the packages that it installs and the files that it writes, with
 * the scripts among them that its commands run. Its `ntp` is none: cloud-init's module leaves out Amazon Linux, 2 and 2023.
 */
export const constructsOfCloudConfig = (config: CloudConfigScripts): readonly UserDataConstruct[] => {
  const { files, keys, packages, scripts } = config
  if (keys.has('apt') || keys.has('snap')) return []
  const installed = packages.map(({ name }) => nameOfPackage(name))
  const isInstalled = new Set(installed)
  const uses = scripts.flatMap(({ text, firstLine }) => usesOf(readShell(text, firstLine), files))
  if (isOfDebian(uses)) return []

  const { add, all } = collect()
  for (const { name, line } of packages) {
    const found = constructOfPackage(name)
    if (found !== undefined) add(found.id, line)
  }
  for (const { path, content, firstLine } of files) {
    const file = constructOfFile(path, true)
    if (file !== undefined && !file.unless.some(name => isInstalled.has(name))) add(file.id, firstLine)
    const written = constructOfContent([path], content)
    if (written !== undefined) add(written.id, firstLine)
    if (setsVariablesAtLogin(path, content)) add('kubelet-extra-args-variable', firstLine)
  }
  const ran = new Set(uses.map(({ run }) => nameOfScript(run.file ?? '')))
  const run = files.filter(({ path }) => ran.has(nameOfScript(path)))
  const inside = run.flatMap(({ content: text, firstLine }) => {
    const uses = usesOf(readShell(text, firstLine))
    return constructsOf({ text, firstLine, uses, hasShebang: true, installed })
  })
  return [...all(), ...inside].sort((a, b) => a.line - b.line)
}
