import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { runCli } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'

const root = join(import.meta.dirname, '../..')

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line in this process, where the SDK is loaded already. */
export const runHere = async (...args: string[]): Promise<Outcome> => {
  const written = { stdout: '', stderr: '' }
  const outputTo = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text
    },
  })
  const terminal: Terminal = {
    stdout: outputTo('stdout'),
    stderr: outputTo('stderr'),
    environment: () => ({ EXTERNAL_ID: undefined, NO_COLOR: undefined }),
  }
  const code = await runCli(args, terminal)
  return { code, ...written }
}

/** An environment in which the SDK finds neither credentials nor a Region of its own. */
export const bareEnvironment = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
}

/** Starts the real command in a process of its own, with exactly this environment. */
export const start = (environment: Readonly<Record<string, string>>, args: readonly string[]) =>
  spawn(process.execPath, [join(root, 'src/cli/main.ts'), ...args], { cwd: root, env: { ...environment } })

/** Runs the real command to its end. */
export const run = async (environment: Readonly<Record<string, string>>, ...args: string[]): Promise<Outcome> => {
  const child = start(environment, args)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, stdout, stderr }
}
