import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Metafile, type Plugin } from 'esbuild'
import { unzipSync } from 'fflate'
import { parse } from 'yaml'
import * as z from 'zod'
import type { Figure } from './harness.ts'

const root = join(import.meta.dirname, '..')
const artifacts = join(root, '.serverless')
const bytesOfMegabyte = 1_000_000
const bytesOfKilobyte = 1_000
const packagesToTell = 8
const budgets: Readonly<Record<string, number>> = { scan: 1.8 }
const budgetOfOthers = 1.0

/** As much of serverless.yml as says what is bundled; how is esbuild's to read, and it refuses an option that it does not know. */
const Service = z.object({
  functions: z.record(z.string(), z.object({ handler: z.string() })),
  custom: z.object({
    esbuild: z.looseObject({
      bundle: z.literal(true),
      minify: z.literal(true),
      outputFileExtension: z.string(),
      plugins: z.string(),
      exclude: z.array(z.string()),
    }),
  }),
})
type Service = z.infer<typeof Service>

/** The size of each Lambda function's bundle, minified and before compression. */
export const benchBundles = async (): Promise<Figure[]> => {
  const file = join(root, 'serverless.yml')
  if (!existsSync(file)) return [figureOf('of every function', undefined, 'there is no serverless.yml')]

  const service = Service.parse(parse(await readFile(file, 'utf8'), { logLevel: 'silent' }))
  const isPackaged = existsSync(artifacts) && (await isFresh())
  const figures: Figure[] = []
  for (const [name, { handler }] of Object.entries(service.functions)) {
    const source = join(root, `${handler.slice(0, handler.lastIndexOf('.'))}.ts`)
    if (!existsSync(source)) {
      figures.push(figureOf(name, undefined, `there is no ${source.slice(root.length + 1)}`))
      continue
    }
    const bundled = await bundle(source, service.custom.esbuild)
    const packagedBytes = isPackaged ? await sizeOfArtifact(name) : undefined
    figures.push(
      figureOf(
        name,
        packagedBytes ?? bundled.bytes,
        `${packagedBytes ? 'packaged' : 'bundled here'}; ${bundled.holds}`,
      ),
    )
  }
  return figures
}

const figureOf = (name: string, bytes: number | undefined, note: string): Figure => ({
  name: `bundle, ${name}`,
  value: bytes === undefined ? null : bytes / bytesOfMegabyte,
  unit: 'MB',
  budget: budgets[name] ?? budgetOfOthers,
  note,
})

/** Whether the artifacts were packaged from the sources as they are; others say nothing about them. */
const isFresh = async () => {
  const packaged = (await readdir(artifacts)).filter(name => name.endsWith('.zip'))
  if (packaged.length === 0) return false
  const code = (await readdir(join(root, 'src'), { recursive: true })).map(name => join('src', name))
  const sources = [...code, 'serverless.yml', 'package-lock.json'].map(name => join(root, name))
  return (await newest(packaged.map(name => join(artifacts, name)))) > (await newest(sources))
}

const newest = async (files: readonly string[]) =>
  Math.max(...(await Promise.all(files.map(file => stat(file)))).map(({ mtimeMs }) => mtimeMs))

/** The size of the code in a function's zip, unpacked. */
const sizeOfArtifact = async (name: string): Promise<number | undefined> => {
  const file = join(artifacts, `${name}.zip`)
  if (!existsSync(file)) return undefined
  let bytes = 0
  unzipSync(await readFile(file), {
    filter: ({ name: entry, originalSize }) => {
      if (/\.[mc]?js$/.test(entry)) bytes += originalSize
      return false
    },
  })
  return bytes
}

const bundle = async (
  source: string,
  { exclude, outputFileExtension: _, plugins, ...options }: Service['custom']['esbuild'],
) => {
  const { default: loaded }: { default: Plugin[] } = await import(join(root, plugins))
  const { outputFiles, metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: [source],
    external: exclude,
    plugins: loaded,
    platform: 'node',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0)
  const kilobytes = (size: number) => `${(size / bytesOfKilobyte).toFixed(0)} kB`
  const largest = packagesIn(metafile).slice(0, packagesToTell)
  return { bytes, holds: largest.map(([name, size]) => `${name} ${kilobytes(size)}`).join(', ') }
}

/** The packages in a bundle and how much of it each is, the largest first. */
const packagesIn = ({ outputs }: Metafile) => {
  const sizes = new Map<string, number>()
  for (const [file, { bytesInOutput }] of Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'src'
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput)
  }
  return [...sizes].sort(([, a], [, b]) => b - a)
}
