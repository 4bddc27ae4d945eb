import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

const root = join(import.meta.dirname, '..')
const bin = (name: string) => join(root, 'node_modules', name)

/** The gates of `npm run check`, as they run on a folder. */
const gates = {
  imports: (folder: string) => [join(root, 'scripts/check-imports.ts'), folder],
  lint: (folder: string) => [bin('@biomejs/biome/bin/biome'), 'lint', '--vcs-enabled=false', folder],
  'pure types': (folder: string) => [bin('typescript/bin/tsc'), '-p', join(folder, 'tsconfig.pure.json')],
}
type Gate = keyof typeof gates

const clean: Readonly<Record<string, string>> = {
  'src/cli/face.ts': 'export const face = 1\n',
  'src/core/thing.ts': 'export const thing = 1\n',
  'src/core/pair.ts': "import type { thing } from './thing.ts'\n\nexport type Pair = [typeof thing]\n",
  'src/checks/check.ts': "import { thing } from '../core/thing.ts'\n\nexport const check = () => thing\n",
}

const sabotage: readonly { name: string; gate: Gate; file: string; text: string; says: RegExp }[] = [
  {
    name: 'core imports the SDK as a type',
    gate: 'imports',
    file: 'src/core/bad.ts',
    text: "import type { Cluster } from '@aws-sdk/client-eks'\n\nexport type Bad = Cluster\n",
    says: /core-imports-packages: src\/core\/bad\.ts/,
  },
  {
    name: 'core imports a type of the SDK inline',
    gate: 'imports',
    file: 'src/core/bad.ts',
    text: "export type Bad = import('@aws-sdk/client-eks').Cluster\n",
    says: /core-imports-packages: src\/core\/bad\.ts/,
  },
  {
    name: 'a check imports node:fs',
    gate: 'imports',
    file: 'src/checks/bad.ts',
    text: "import { readFileSync } from 'node:fs'\n\nexport const bad = () => readFileSync('x')\n",
    says: /checks-imports-node: src\/checks\/bad\.ts/,
  },
  {
    name: 'a report imports a check',
    gate: 'imports',
    file: 'src/reports/bad.ts',
    text: "export { check } from '../checks/check.ts'\n",
    says: /reports-imports-folders: src\/reports\/bad\.ts/,
  },
  {
    name: 'the sandbox imports the SDK that it judges',
    gate: 'imports',
    file: 'src/sandbox/bad.ts',
    text: "export { EKSClient } from '@aws-sdk/client-eks'\n",
    says: /sandbox-imports-packages: src\/sandbox\/bad\.ts/,
  },
  {
    name: 'a handler makes a client of the SDK itself',
    gate: 'imports',
    file: 'src/handlers/bad.ts',
    text: "export { S3Client } from '@aws-sdk/client-s3'\n",
    says: /handlers-imports-packages: src\/handlers\/bad\.ts/,
  },
  {
    name: 'a use case imports the command line',
    gate: 'imports',
    file: 'src/app/bad.ts',
    text: "export { face } from '../cli/face.ts'\n",
    says: /nobody-imports-the-faces: src\/app\/bad\.ts/,
  },
  {
    name: 'a cycle of types',
    gate: 'imports',
    file: 'src/core/thing.ts',
    text: "import type { Pair } from './pair.ts'\n\nexport const thing = 1\nexport type Things = Pair[]\n",
    says: /no-cycles: src\/core\/(thing|pair)\.ts/,
  },
  {
    name: 'a clock in a check',
    gate: 'lint',
    file: 'src/checks/bad.ts',
    text: 'export const bad = () => new Date()\n',
    says: /Pure code has no clock/,
  },
  {
    name: 'dice in core',
    gate: 'lint',
    file: 'src/core/bad.ts',
    text: 'export const bad = () => Math.random()\n',
    says: /Pure code has no clock and no dice/,
  },
  {
    name: 'an environment that is not parsed',
    gate: 'lint',
    file: 'src/aws/bad.ts',
    text: "export const bad = () => process.env['AWS_REGION']\n",
    says: /noProcessEnv/,
  },
  {
    name: 'the process in core',
    gate: 'pure types',
    file: 'src/core/bad.ts',
    text: 'export const bad = () => process.argv\n',
    says: /Cannot find name 'process'/,
  },
  {
    name: 'a timer in a check',
    gate: 'pure types',
    file: 'src/checks/bad.ts',
    text: 'export const bad = () => setTimeout(() => {}, 1)\n',
    says: /Cannot find name 'setTimeout'/,
  },
]

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'house-'))
  for (const file of ['package.json', 'tsconfig.json', 'tsconfig.pure.json', 'biome.json', '.dependency-cruiser.mjs']) {
    await cp(join(root, file), join(folder, file))
  }
  await cp(join(root, 'types'), join(folder, 'types'), { recursive: true })
  await cp(join(root, 'scripts/no-clock.grit'), join(folder, 'scripts/no-clock.grit'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [file, text] of Object.entries(clean)) await put(file, text)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const put = async (file: string, text: string) => {
  await mkdir(dirname(join(folder, file)), { recursive: true })
  await writeFile(join(folder, file), text)
}

const run = (gate: Gate) =>
  new Promise<{ code: number; output: string }>(resolve => {
    const [script = '', ...args] = gates[gate](folder)
    execFile(process.execPath, [script, ...args], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, output: stdout + stderr }),
    )
  })

describe('the gates of npm run check', () => {
  test.each(Object.keys(gates) as Gate[])('%s passes a clean house', async gate => {
    const { code, output } = await run(gate)
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
  })

  test.each(sabotage)('$gate: refuses $name', async ({ gate, file, text, says }) => {
    await put(file, text)
    try {
      const { code, output } = await run(gate)
      expect(output).toMatch(says)
      expect(code).toBe(1)
    } finally {
      const before = clean[file]
      await (before === undefined ? rm(join(folder, file)) : put(file, before))
    }
  })

  test('imports: refuses to have seen no module at all', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'empty-house-'))
    for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.mjs']) {
      await cp(join(root, file), join(empty, file))
    }
    await symlink(join(root, 'node_modules'), join(empty, 'node_modules'))
    await mkdir(join(empty, 'src'))
    const script = join(root, 'scripts/check-imports.ts')
    const code = await new Promise<number>(resolve => {
      execFile(process.execPath, [script, empty], { cwd: empty }, error => resolve(error ? 1 : 0))
    })
    await rm(empty, { recursive: true })
    expect(code).toBe(1)
  })
})
