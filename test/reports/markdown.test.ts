import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { markdown } from '../../src/reports/markdown.ts'
import { markdownCell } from '../../src/reports/markdown-text.ts'
import { cmarkGfm, describeWith } from '../support/judges.ts'
import { askJudge } from './ask-judge.ts'
import { exported, hostile } from './exported.ts'
import { expectGolden } from './golden.ts'
import { clean } from './result.ts'

const evil = [
  '<img src=x onerror=alert(1)>',
  '[click](https://evil.example)',
  '![see](https://evil.example/a.png)',
  'https://evil.example www.evil.example HTTPS://EVIL.EXAMPLE ftp://evil.example',
  'mail me@evil.example, mailto:me@evil.example xmpp:me@evil.example',
  '<https://evil.example>',
  '[a]: https://evil.example',
  'a | b || c \\| d \\\\| e',
  '`code` ``| `` *em* **strong** _em_ ~~gone~~ ~one~ $x^2$',
  '\n\n# head\n\n| a |\n| - |\n<!-- gone -->',
  '&lt;b&gt; &#124; &amp;',
  '@everyone #12',
]

describe('the Markdown', () => {
  test('has summary, coverage and findings by severity', async () => {
    await expectGolden('report.md.txt', markdown(exported))
  })

  test('says so when there is nothing to find', () => {
    expect(markdown({ ...clean, undelivered: null })).toContain('## Findings\n\nNone.')
  })

  test('says why the messages of the run were not sent', () => {
    const undelivered = 'sns:Publish to alerts: access denied.'
    expect(markdown({ ...exported, undelivered })).toContain(`Not everything of it was sent: ${undelivered}`)
  })
})

test.each([
  ['a|b', 'a&#124;b'],
  ['a\\|b', 'a\\\\&#124;b'],
  ['<b>&', '&lt;b&gt;&amp;'],
  ['*a*\n_b_', '\\*a\\* \\_b\\_'],
  ['me@x.example', 'me@\u2060x.example'],
  ['GH-12 and gh-3, not GH-x', 'GH-\u206012 and gh-\u20603, not GH-x'],
  ['https://x.example', 'https:\u2060//x.example'],
  ['arn:aws:eks:eu-west-1:1:cluster/a', 'arn:aws:eks:eu-west-1:1:cluster/a'],
])('the cell of %j is %j', (text, cell) => {
  expect(markdownCell(text)).toBe(cell)
})

describeWith(cmarkGfm, () => {
  const rendered = (texts: readonly string[]) => askJudge('judge-markdown.py', JSON.stringify(texts)) as string[]
  const ours = /<\/?(?:h[123]|p|table|thead|tbody|tr|th|td)>/g
  const shownIn = (html: string) =>
    html
      .replace(ours, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&')
      .replaceAll('\u2060', '')
  const cellsOf = (html: string) =>
    [...html.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) => [...(row ?? '').matchAll(/<t[dh]>/g)].length)

  const marks = fc.constantFrom(...'\\`*_[]()<>|&#@!~$:/.-+=\n aw1'.split(''), 'www.', 'http://', 'a@b.example')
  const random = fc.sample(fc.string({ unit: marks, minLength: 1, maxLength: 30 }), { numRuns: 1000, seed: 6 })

  test('finds no link, image or HTML, and no cell too many, in what an account can name', () => {
    const plain = cellsOf(rendered([markdown(hostile('plain'))])[0] ?? '')
    expect(plain.length).toBeGreaterThan(10)
    for (const html of rendered([...evil, ...random.slice(0, 200)].map(text => markdown(hostile(text))))) {
      expect(html.replace(ours, '')).not.toMatch(/<[a-z!/]/i)
      expect(cellsOf(html)).toEqual(plain)
    }
  })

  test('shows every text as it is', () => {
    const texts = [...evil, ...random].map(text => text.replace(/\s+/g, ' ').trim()).filter(text => text !== '')
    const shown = rendered(texts.map(text => `| a |\n| - |\n| ${markdownCell(text)} |`)).map(html =>
      (html.match(/<td>([\s\S]*)<\/td>/)?.[1] ?? 'no cell').trim(),
    )
    expect(shown.map(shownIn)).toEqual(texts)
  })
})
