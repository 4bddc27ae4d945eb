import { describe, expect, test } from '@jest/globals'
import { html } from '../../src/reports/html.ts'
import { expectGolden } from './golden.ts'
import { clean, result } from './result.ts'

describe('the page', () => {
  test('shows summary, coverage and every finding', async () => {
    const since = Object.fromEntries(result.findings.map(({ id }) => [id, '2026-11-20T02:00:00.000Z']))
    await expectGolden('report.html.txt', html({ ...result, firstSeen: since }))
  })

  test('says so when there is nothing to find', () => {
    expect(html(clean)).toContain('<h2>Findings</h2>\n<p>None.</p>')
  })

  test('turns no text of an account into markup', () => {
    const [finding] = result.findings
    if (!finding) throw new Error('the fixture has findings')
    const evil = `<img src=x onerror="alert('1')">&`
    const page = html({
      ...result,
      accountNames: { [finding.accountId]: evil },
      findings: [{ ...finding, message: evil, resource: { ...finding.resource, name: evil } }],
      coverage: [{ accountId: finding.accountId, region: evil, status: 'error', detail: evil, failures: [] }],
    })
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;')
  })

  test('loads nothing from anywhere and runs no script', () => {
    const page = html(result)
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(/)
  })
})
