#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { readEnvironment } from '../config/environment.ts'

// To compile the SDK takes longer than most commands: only the first one does it.
enableCompileCache()
const { runCli } = await import('./program.ts')

// A reader that stops early, as `head` does, ends the output and is no error of ours.
let isOutputLost = false
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return
  isOutputLost = true
  process.exitCode = 2
  process.stderr.write(`The output could not be written: ${error.message}.\n`)
})

/** A defect of this tool, which must not pass for findings: Node itself would end with 1. */
const endWithDefect = (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(2)
}
process.on('uncaughtException', endWithDefect)

try {
  const code = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: readEnvironment,
  })
  process.exitCode = isOutputLost ? 2 : code
} catch (error) {
  endWithDefect(error)
}
