import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { inspect, parseArgs } from 'node:util'
import { benchBundles } from './bundles.ts'
import { benchCalls } from './calls.ts'
import { benchCpu } from './cpu.ts'
import { benchDigest } from './digest.ts'
import { benchEvaluation } from './evaluation.ts'
import { type Figure, isKept } from './harness.ts'
import { benchMemory } from './memory.ts'
import { tableOf } from './table.ts'
import { benchUserData } from './user-data.ts'

const benchmarks: Readonly<Record<string, () => Promise<Figure[]>>> = {
  calls: benchCalls,
  cpu: benchCpu,
  bundles: benchBundles,
  evaluation: benchEvaluation,
  memory: benchMemory,
  digest: benchDigest,
  userData: benchUserData,
}
const root = join(import.meta.dirname, '..')

const versionOf = (folder: string): string =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).version

const versions = () => ({
  'eks-node-posture': versionOf('.'),
  node: process.version,
  '@aws-sdk/client-ec2': versionOf('node_modules/@aws-sdk/client-ec2'),
  esbuild: versionOf('node_modules/esbuild'),
  platform: `${process.platform} ${process.arch}`,
  processors: `${cpus().length} x ${cpus()[0]?.model}`,
})

const run = async (names: readonly string[]): Promise<Figure[]> => {
  const figures: Figure[] = []
  for (const name of names) {
    process.stderr.write(`${name} …\n`)
    // One that breaks must not cost the figures of the others.
    figures.push(...((await benchmarks[name]?.().catch(error => [notMeasured(name, error)])) ?? []))
  }
  return figures
}

const notMeasured = (name: string, error: unknown): Figure => {
  process.stderr.write(`${inspect(error)}\n`)
  return { name, value: null, unit: 'ratio', note: 'the benchmark broke' }
}

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values
if (only !== undefined && !Object.hasOwn(benchmarks, only)) {
  process.stderr.write(`There is no benchmark ${only}; there are: ${Object.keys(benchmarks).join(', ')}.\n`)
  process.exitCode = 2
} else {
  const figures = await run(only === undefined ? Object.keys(benchmarks) : [only])
  process.stdout.write(tableOf(figures))
  // A part of the figures must not look like all of them.
  if (only === undefined) {
    const results = { measuredAt: new Date().toISOString(), versions: versions(), figures }
    await writeFile(join(root, 'bench/results.json'), `${JSON.stringify(results, null, 2)}\n`)
  }
  process.exitCode = figures.some(figure => isKept(figure) === false) ? 1 : 0
}
