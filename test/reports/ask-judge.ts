import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** What one of the Python judges beside this file says of a text. @throws where it fails, with its own words. */
export const askJudge = (script: string, text: string, ...args: string[]): unknown => {
  const file = join(import.meta.dirname, script)
  const { status, stdout, stderr, error } = spawnSync('python3', [file, ...args], {
    input: text,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${script}: ${stderr}`)
  return JSON.parse(stdout)
}
