import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { coverageStatuses } from '../src/core/coverage.ts'
import { actionsOf, memberRole, memberRoleTemplate, readCloudFormation } from './support/cloudformation.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFile(join(root, file), 'utf8')

/** What of serverless.yml the documents speak of. */
interface Service {
  readonly params: { readonly default: Readonly<Record<string, string>> }
  readonly resources: {
    readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: object }>>
    readonly Outputs: Readonly<Record<string, unknown>>
  }
}
const service = async () => (await readCloudFormation('serverless.yml')) as Service

/** What stands under a heading of the second level. */
const partUnder = (heading: string, text: string) =>
  text.split(/^## /m).find(part => part.startsWith(`${heading}\n`)) ?? ''
/** The headings of the third level in it, of sections that say what a thing means and what to do. */
const sectionsUnder = (heading: string, text: string) =>
  partUnder(heading, text)
    .split(/^### /m)
    .filter(section => /^\*\*Means\.\*\* \S/m.test(section) && /^\*\*(Look\*\*|Do\.\*\*) ?\S?/m.test(section))
    .map(section => section.split('\n')[0])
/** The names in the first column of the tables in it. */
const rowsUnder = (heading: string, text: string) =>
  [...partUnder(heading, text).matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)

describe('the runbook', () => {
  test('says of every coverage status what it means and what to do, in the order of precedence', async () => {
    expect(sectionsUnder('Coverage', await read('docs/runbook.md'))).toEqual(coverageStatuses)
  })

  test('says of every alarm that tells somebody what it means and what to do, and names those that are parts', async () => {
    const { Resources } = (await service()).resources
    const alarms = Object.entries(Resources).filter(([, { Type }]) => /^AWS::CloudWatch::\w*Alarm$/.test(Type))
    const tell = alarms.filter(([, { Properties }]) => 'AlarmActions' in Properties).map(([id]) => id)
    const text = await read('docs/runbook.md')
    const told = sectionsUnder('Alarms', text)
    expect(told.length).toBeGreaterThan(0)
    expect(tell.filter(id => !told.includes(id))).toEqual([])
    expect(alarms.filter(([id]) => !text.includes(id))).toEqual([])
  })
})

describe('the guide to deployment', () => {
  test('names every parameter of the hub, and in its commands no other', async () => {
    const known = Object.keys((await service()).params.default)
    const text = await read('docs/deploy.md')
    expect(rowsUnder('2. The hub', text).sort()).toEqual([...known].sort())
    for (const file of ['docs/deploy.md', 'docs/runbook.md', 'README.md']) {
      const given = [...(await read(file)).matchAll(/--param="(\w+)=/g)].map(([, name]) => name)
      expect([file, given.filter(name => !known.includes(String(name)))]).toEqual([file, []])
    }
    expect(text).toMatch(/--param="externalId=/)
  })

  test('names every parameter of the member role, and in its commands no other', async () => {
    const { Parameters } = await memberRoleTemplate()
    const text = await read('docs/deploy.md')
    expect(rowsUnder('3. The member role', text)).toEqual(Object.keys(Parameters))
    const given = [...text.matchAll(/ParameterKey"?[:=] ?"?(\w+)/g)].map(([, name = '']) => name)
    expect([...new Set(given)].filter(name => !(name in Parameters))).toEqual([])
    const required = Object.entries(Parameters).flatMap(([name, { Default }]) => (Default === undefined ? name : []))
    expect(required.filter(name => !given.includes(name))).toEqual([])
  })

  test('keeps every parameter of the member role in an update, for one that is not named loses its value', async () => {
    const { Parameters } = await memberRoleTemplate()
    const kept = /ParameterKey=\{([\w,]+)\},UsePreviousValue=true/.exec(
      partUnder('Update', await read('docs/deploy.md')),
    )
    expect(kept?.[1]?.split(',')).toEqual(Object.keys(Parameters))
  })

  test.each(['docs/deploy.md', 'docs/runbook.md'])('%s has commands that zsh reads as bash does', async file => {
    const commands = [...(await read(file)).matchAll(/^ *```\n(.*?)^ *```$/gms)].map(([, text = '']) => text)
    expect(commands.length).toBeGreaterThan(2)
    // zsh takes $HUB:r for the name without its extension, and $LIST for one word.
    expect(commands.filter(text => /\$\w+:[a-zA-Z]/.test(text))).toEqual([])
    expect(commands.filter(text => /^[^"\n]*(?:"[^"\n]*"[^"\n]*)*\s\$[A-Z_]+\b/m.test(text))).toEqual([])
  })

  test('reads outputs that the stack has', async () => {
    const { Outputs } = (await service()).resources
    const asked = [...(await read('docs/deploy.md')).matchAll(/\boutput (\w+Arn|\w+Name)\b/g)].map(([, id = '']) => id)
    expect(asked.length).toBeGreaterThan(5)
    expect(asked.filter(id => !(id in Outputs))).toEqual([])
  })
})

describe('what is said of the member role', () => {
  test.each(['docs/security.md', 'README.md'])(
    'in %s names its actions, and no other read of an account',
    async file => {
      const everything = { HubAccountId: '', OrganizationId: '', TrustedRoleArns: '', CountImdsV1Calls: 'true' }
      const allowed = actionsOf(await memberRole(everything), 'ReadRole')
      const text = await read(file)
      const services = [...new Set(allowed.map(action => action.split(':')[0]))].join('|')
      const named = [...text.matchAll(new RegExp(`\`((?:${services}):(?:Describe|Get|List)\\w+)\``, 'g'))]
      const ofTheHub = ['eks:DescribeClusterVersions']
      expect([...new Set(named.map(([, action = '']) => action))].filter(a => !ofTheHub.includes(a)).sort()).toEqual(
        allowed,
      )
    },
  )
})

test.each(['README.md', 'docs/deploy.md', 'docs/security.md', 'docs/runbook.md'])(
  'every link of %s leads somewhere',
  async file => {
    const links = [...(await read(file)).matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)]
    expect(links.length).toBeGreaterThan(1)
    for (const [, path = '', anchor] of links) {
      const target = path === '' ? file : join(dirname(file), path)
      expect([target, existsSync(join(root, target))]).toEqual([target, true])
      if (anchor === undefined) continue
      const headings = [...(await read(target)).matchAll(/^#+ (.*)$/gm)].map(
        ([, heading = '']) => `#${slugOf(heading)}`,
      )
      expect(headings).toContain(anchor)
    }
  },
)

/** The anchor that GitHub gives a heading. */
const slugOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
