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

  test('shows what is waived and what follows from others apart from the fails that it counts', () => {
    const [open] = result.findings.filter(({ status, severity }) => status === 'fail' && severity === 'critical')
    if (!open) throw new Error('the fixture has a critical fail')
    const effect = { ...open, id: 'effect', causedBy: [open.id] }
    const waiver = { owner: 'ada <a@b>', reason: 'frozen', ticket: 'OPS-1', expires: '2027-03-31' }
    const page = html({
      ...result,
      findings: [{ ...open, id: 'accepted', waiver }, effect, open],
    })
    const counts = [...page.matchAll(/<td class="number \w+">(\d+)<\/td>/g)].map(([, count]) => Number(count))
    expect(counts.slice(0, 7)).toEqual([1, 0, 0, 0, 0, 1, 1])
    expect(page.match(/<td class="(?:critical|quiet)">.*?<\/td>/g)).toEqual([
      '<td class="critical">critical</td>',
      '<td class="critical">critical</td>',
      '<td class="quiet">critical, waived</td>',
    ])
    const notes = page.match(/Waived by [^<]*|Follows from [^<]*/g)
    expect(notes).toEqual([
      'Follows from another finding, and is mended with that.',
      'Waived by ada &lt;a@b&gt; until 2027-03-31: frozen (OPS-1)',
    ])
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
