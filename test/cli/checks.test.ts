import { expect, test } from '@jest/globals'
import { checks } from '../../src/checks/index.ts'
import { runHere } from '../support/cli.ts'

test('the catalogue has every check, with what a machine may want of it', async () => {
  const { code, stdout } = await runHere('checks', '--format', 'json')
  expect(code).toBe(0)
  const listed = JSON.parse(stdout)
  expect(listed.map(({ id }: { id: string }) => id)).toEqual(checks.map(({ id }) => id))
  for (const [index, { severity, revision, appliesTo, optIn = false, controls }] of checks.entries()) {
    expect(listed[index]).toMatchObject({ severity, revision, appliesTo, optIn, controls })
  }
})

test('the table has a line for every check, and marks those that are opt-in', async () => {
  const { stdout } = await runHere('checks')
  for (const { id, severity, appliesTo, title, optIn = false } of checks) {
    const line = stdout.split('\n').find(text => text.startsWith(`${id} `))
    expect(line).toMatch(new RegExp(`^${id} +${severity} +${appliesTo} +`))
    expect(line?.endsWith(optIn ? `${title} (opt-in)` : title)).toBe(true)
  }
})

test.each(checks.map(check => [check.id, check] as const))('%s is explained', async (id, check) => {
  const { code, stdout } = await runHere('checks', id)
  expect(code).toBe(0)
  const { severity, appliesTo, revision, optIn = false, why, fix, controls, references } = check
  const terms = `severity ${severity} · applies to ${appliesTo} · revision ${revision}${optIn ? ' · opt-in' : ''}`
  const named = controls.map(({ framework, id: control, mapping }) => `${framework} ${control} (${mapping})`)
  for (const text of [check.title, terms, why, fix, ...named, ...references]) expect(stdout).toContain(text)
})
