#!/usr/bin/env node
import { readEnvironment } from '../config/environment.ts'
import { runCli } from './program.ts'

// A reader that stops early, as `head` does, ends the output and is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: readEnvironment,
})
