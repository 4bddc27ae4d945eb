import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const kinds = ['account', 'cluster', 'node-group', 'launch-template', 'image']

const [id = '', named] = process.argv.slice(2)
const kind = kinds.find(candidate => (named === undefined ? id.startsWith(`${candidate}-`) : candidate === named))

const check = `import { defineCheck } from '../core/check.ts'
import { pass } from '../core/verdict.ts'

export default defineCheck({
  id: '${id}',
  revision: 1,
  title: '',
  severity: 'medium',
  appliesTo: '${kind}',
  why: '',
  fix: '',
  references: [],
  controls: [],

  evaluate() {
    return pass
  },
})
`

const test = `import check from '../../src/checks/${id}.ts'
import { checkTable } from '../support/check-table.ts'

checkTable(check, {
  pass: {},
  fail: {},
  unknown: {},
  skip: {},
})
`

const page = `<!-- end of the generated header -->

## What it means

## Why it matters

## Example

## How to fix it

## Edge cases
`

if (!kind || !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(id)) {
  process.stderr.write(
    `Name the check: npm run new-check -- <what it is about>-<state that complies> [resource], with a resource of ${kinds.join(', ')}. Where the id begins with the resource, it need not be said again.\n`,
  )
  process.exitCode = 2
} else if (existsSync(join(root, `src/checks/${id}.ts`))) {
  process.stderr.write(`There is a check ${id} already: src/checks/${id}.ts.\n`)
  process.exitCode = 2
} else {
  const files = { [`src/checks/${id}.ts`]: check, [`test/checks/${id}.test.ts`]: test, [`docs/checks/${id}.md`]: page }
  for (const [file, text] of Object.entries(files)) await writeFile(join(root, file), text, { flag: 'wx' })
  process.stdout.write(
    `Wrote ${Object.keys(files).join(', ')}. Fill the test first, then the check, then the page; then npm run generate.\n`,
  )
}
