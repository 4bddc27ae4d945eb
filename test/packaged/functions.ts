import { type ChildProcess, fork } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Packaged } from './package.ts'
import type { Stack } from './stack.ts'

/** What Step Functions sees of an error that a function threw: its name. */
export class FunctionError extends Error {
  constructor({ name, message }: { readonly name: string; readonly message: string }) {
    super(message)
    this.name = name
  }
}

export interface LambdaFunction {
  /**
   * @param remainingMs what the handler is told that it has left.
   * @throws {FunctionError} what the handler threw, or what kept it from being imported.
   */
  invoke(event: unknown, remainingMs?: number): Promise<unknown>
  /** Everything that its invocations wrote to the log. */
  log(): string
  stop(): void
}

/**
 * A function from its zip, with the environment that the template gives it. As in Lambda, an execution environment takes
 * one event at a time and is used again; events that come together get several.
 */
export const loadFunction = async (
  id: string,
  { filesOf }: Packaged,
  stack: Stack,
  environment: Readonly<Record<string, string>>,
): Promise<LambdaFunction> => {
  const name = String(stack.property(id, 'FunctionName'))
  const short = name.slice(name.lastIndexOf('-') + 1)
  // Far from any node_modules: what the zip lacks is not there.
  const code = await mkdtemp(join(tmpdir(), `function-${short}-`))
  for (const [path, text] of Object.entries(await filesOf(short))) {
    await mkdir(dirname(join(code, path)), { recursive: true })
    await writeFile(join(code, path), text)
  }
  const handler = String(stack.property(id, 'Handler'))
  const file = join(code, `${handler.slice(0, handler.lastIndexOf('.'))}.mjs`)
  const variables = stack.property(id, 'Environment') as { readonly Variables: Readonly<Record<string, string>> }
  const env = { ...variables.Variables, AWS_LAMBDA_FUNCTION_NAME: name, AWS_SDK_UA_APP_ID: short, ...environment }

  const free: ChildProcess[] = []
  const all = new Set<ChildProcess>()
  let log = ''
  const start = async () => {
    const child = fork(join(import.meta.dirname, 'container.ts'), [file], { env, execArgv: [], silent: true })
    all.add(child)
    const write = (chunk: Buffer) => {
      log += chunk
    }
    child.stdout?.on('data', write)
    child.stderr?.on('data', write)
    const answer = (await answerOf(child, () => log)) as Answer
    if ('error' in answer) throw new FunctionError(answer.error)
    return child
  }

  return {
    invoke: async (event, remainingMs = 900_000) => {
      const child = free.pop() ?? (await start())
      child.send({ event, remainingMs })
      const answer = (await answerOf(child, () => log)) as Answer
      free.push(child)
      if ('error' in answer) throw new FunctionError(answer.error)
      return answer.reply
    },
    log: () => log,
    stop: () => {
      for (const child of all) child.kill()
      rmSync(code, { recursive: true })
    },
  }
}

type Answer = { readonly reply: unknown } | { readonly error: { readonly name: string; readonly message: string } }

const answerOf = (child: ChildProcess, log: () => string) =>
  new Promise<unknown>((resolve, reject) => {
    const onExit = () => reject(new FunctionError({ name: 'Runtime.ExitError', message: log() }))
    child.once('close', onExit)
    child.once('message', message => {
      child.off('close', onExit)
      resolve(message)
    })
  })
