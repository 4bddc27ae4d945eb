import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { constructCatalogue } from '../../src/userdata/constructs.ts'
import { readUserData } from '../../src/userdata/read.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'src/userdata')

let page = ''
beforeAll(async () => {
  page = await readFile(join(root, 'docs/user-data.md'), 'utf8')
})

/** The rows of the table beneath a heading of the page, without the two that every table begins with. */
const rowsBeneath = (heading: string) => {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [text = ''] = section.split('\n## ')
  return text
    .split('\n')
    .filter(line => line.startsWith('|'))
    .slice(2)
}

/** Every id of a problem that stands whole in the sources: where `id` is set, or as a key of a record of messages. */
const problemIds = async () => {
  const files = (await readdir(folder)).filter(file => file.endsWith('.ts'))
  const sources = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')))
  const ids = sources.flatMap(source => {
    const [, messages = ''] = /^const messages = \{\n([\s\S]*?)\n\}/m.exec(source) ?? []
    const set = [...source.matchAll(/\bid(?::| =) .*/g)].flatMap(([line]) => [...line.matchAll(/'(\w+(?:-\w+)+)'/g)])
    return [...set, ...messages.matchAll(/^ {2}'([\w-]+)':/gm)]
  })
  return new Set(ids.map(([, id = '']) => id))
}

/** Ids that the sources put together, each with user data that has it. */
const composed = {
  'node-config-syntax': 'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: [\n',
  'node-config-deep': `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: ${'['.repeat(200)}${']'.repeat(200)}\n`,
  'node-config-aliases': `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\na: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghij'].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`).join(', ')}]\n`).join('')}`,
}

test('docs/user-data.md has every construct with its advice, as the catalogue has it', () => {
  expect(rowsBeneath('Constructs')).toEqual(constructCatalogue.map(({ id, advice }) => `| \`${id}\` | ${advice} |`))
})

test('docs/user-data.md has every id of a problem once, and no other', async () => {
  const documented = rowsBeneath('Problems').map(row => /^\| `([a-z0-9-]+)` \| \S.* \|$/.exec(row)?.[1])
  const ids = await problemIds()
  expect(ids.size).toBeGreaterThan(20)
  expect(documented.toSorted()).toEqual([...ids, ...Object.keys(composed)].sort())
})

test.each(Object.entries(composed))('%s is the id of a problem', (id, text) => {
  const { nodeConfig } = readUserData(new TextEncoder().encode(text))
  expect(nodeConfig.problems.map(problem => problem.id)).toContain(id)
})
