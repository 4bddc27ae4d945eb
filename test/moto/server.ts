import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

/** A moto that runs on this machine. */
export interface Moto {
  readonly url: string
  /** Forgets everything. The ids that follow are the same ones after every reset. */
  reset(): Promise<void>
  stop(): Promise<void>
}

const startMs = 60_000

// The shell reads an input that never comes and ends moto when that input closes: also when the test is killed.
const untilInputEnds = `moto_server -H 127.0.0.1 -p 0 & trap 'kill $!; wait $!' EXIT; read -r _`

/**
 * Starts moto on a port that is free.
 * @throws when it does not listen within a minute; its own words stand in the message.
 */
export const startMoto = async (): Promise<Moto> => {
  const shell = spawn('sh', ['-c', untilInputEnds], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
    env: environment(),
  })
  const stop = () => end(shell)
  try {
    const url = await addressIn(shell.stderr)
    const reset = async () => {
      await post(`${url}/moto-api/reset`)
      await post(`${url}/moto-api/seed?a=42`)
    }
    await reset()
    return { url, reset, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A profile of the person who runs the tests is none of moto's business, and one that is broken would break it. */
const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')))

const end = async (shell: ChildProcess) => {
  if (shell.exitCode !== null || shell.signalCode !== null) return
  const exit = once(shell, 'exit')
  shell.stdin?.end()
  await exit
}

/** The address that moto says it listens on. What it writes later is read and dropped, lest the pipe fills up. */
const addressIn = (log: Readable) =>
  new Promise<string>((resolve, reject) => {
    let text = ''
    const fail = (why: string) => reject(new Error(`moto_server ${why}:\n${text}`))
    const timer = setTimeout(() => fail(`did not listen within ${startMs / 1000} seconds`), startMs)
    const read = (chunk: string) => {
      text += chunk
      const url = /Running on (http:\S+)/.exec(text)?.[1]
      if (url === undefined) return
      clearTimeout(timer)
      log.off('data', read).resume()
      resolve(url)
    }
    log.setEncoding('utf8').on('data', read)
  })

const post = async (url: string) => {
  const { ok, status } = await fetch(url, { method: 'POST' })
  if (!ok) throw new Error(`POST ${url}: HTTP ${status}`)
}
