import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { checks } from '../src/checks/index.ts'
import type { Finding } from '../src/core/finding.ts'
import { exampleFindings, optInFindings } from './support/demo.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFile(join(root, file), 'utf8')

const sections = ['What it means', 'Why it matters', 'Example', 'How to fix it', 'Edge cases']
const resources = {
  account: 'Account',
  cluster: 'Cluster',
  'node-group': 'Node group',
  'launch-template': 'Launch template',
  image: 'Image',
}

let found: readonly Finding[] = []
beforeAll(async () => {
  found = [...(await exampleFindings()), ...(await optInFindings())]
})

test('every file of checks is in the index, and every page has its check', async () => {
  const names = (folder: string) =>
    readdir(join(root, folder)).then(files => files.map(file => file.replace(/\..*$/, '')))
  const ids = checks.map(({ id }) => id)
  expect((await names('src/checks')).filter(name => name !== 'index').sort()).toEqual(ids)
  expect((await names('docs/checks')).sort()).toEqual(ids)
})

describe.each(checks.map(check => [check.id, check] as const))('%s', (id, check) => {
  // An id may begin with a part of the resource: what user data says is judged of the node group that has it.
  test('has an id in words, and a title that names the resource first and then the state that complies', () => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/)
    expect(check.title.startsWith(resources[check.appliesTo])).toBe(true)
    expect(check.title).not.toMatch(/ensure|should|must|\.$/i)
    expect(check.title.length).toBeLessThanOrEqual(100)
  })

  test('says why and how to fix it in sentences, with references and controls', () => {
    expect(check.why).toMatch(/^[A-Z].{40,}\.$/)
    expect(check.fix).toMatch(/^[A-Z].{40,}\.$/)
    expect(check.references.length).toBeGreaterThan(0)
    for (const reference of check.references) expect(reference).toMatch(/^https:\/\//)
    expect(check.controls.length).toBeGreaterThan(0)
    expect(check.revision).toBeGreaterThan(0)
  })

  test('has a table of cases', async () => {
    expect(await read(`test/checks/${id}.test.ts`)).toContain('checkTable(check, {')
  })

  test('has a page with something in every section', async () => {
    const page = await read(`docs/checks/${id}.md`)
    for (const section of sections) expect(page).toMatch(new RegExp(`^## ${section}\\n\\n\\S[\\s\\S]{40}`, 'm'))
  })

  test('shows an example that the demo really printed on the night for which it is written', async () => {
    const page = await read(`docs/checks/${id}.md`)
    const example = page.slice(page.indexOf('\n## Example'), page.indexOf('\n## How to fix it'))
    const message = /(?:^> .*\n)+/m.exec(example)?.[0].replace(/^> /gm, '').trim().replaceAll('\n', ' ')
    const rows = [...example.matchAll(/^\| (.+?) \| (.+?) \| (.+?) \|$/gm)].slice(1).map(row => row.slice(1))
    const finding = found.find(candidate => candidate.checkId === id && candidate.message === message)
    expect(found.map(candidate => candidate.message)).toContain(message)
    expect(rows).toEqual(finding?.evidence.map(({ what, value, source }) => [what, value, source]))
  })
})
