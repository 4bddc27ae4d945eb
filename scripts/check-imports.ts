import { join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'

const root = process.argv[2] ?? join(import.meta.dirname, '..')
process.chdir(root)
const { default: configuration } = (await import(join(root, '.dependency-cruiser.mjs'))) as {
  default: { options: object; forbidden: never[] }
}
const { output, exitCode } = await cruise(
  ['src'],
  { ...configuration.options, ruleSet: configuration, validate: true, outputType: 'err-long' },
  undefined,
  { tsConfig: extractTSConfig(join(root, 'tsconfig.json')) },
)
process.stdout.write(String(output))

// Without a TypeScript that it can use, dependency-cruiser sees no module, finds no violation and ends with 0.
const cruised = Number(/(\d+) modules/.exec(String(output))?.[1] ?? 0)
if (cruised === 0) process.stderr.write('dependency-cruiser saw no module at all.\n')
process.exitCode = exitCode === 0 && cruised > 0 ? 0 : 1
