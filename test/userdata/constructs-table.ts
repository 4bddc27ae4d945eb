import { describe, expect, test } from '@jest/globals'
import { constructCatalogue, constructsOf } from '../../src/userdata/constructs.ts'
import { readShell } from '../../src/userdata/shell.ts'
import { usesOf } from '../../src/userdata/shell-uses.ts'

type Family = (typeof constructCatalogue)[number]['family']

/** The constructs of a whole script. */
export const judgeText = (text: string) =>
  constructsOf({ uses: usesOf(readShell(text, 1)), firstLine: 1, hasShebang: text.startsWith('#!'), text })

/** The ids found in the lines of a bash script, each with its line; the first line given is line 2. */
export const found = (...lines: readonly string[]) =>
  judgeText(['#!/bin/bash', ...lines].join('\n')).map(({ id, line }) => `${line} ${id}`)

/** The lines of a command and the heredoc that it reads. */
export const heredoc = (command: string, text: string) => [command, ...text.split('\n'), 'EOF']

export interface Row {
  /** Scripts in which the last line, and nothing else, is the construct. */
  readonly breaks: readonly (readonly string[])[]
  /** Scripts that look alike and work on AL2023, or were written with it in mind. */
  readonly near: readonly (readonly string[])[]
}

/** Tests the rows, and that they are all the constructs of some families but the ones that have tests of their own. */
export const constructTable = (
  families: readonly Family[],
  rows: Readonly<Record<string, Row>>,
  elsewhere: readonly string[] = [],
) => {
  test(`every construct of ${families.join(', ')} has its row`, () => {
    const ids = constructCatalogue.filter(({ family }) => families.includes(family)).map(({ id }) => id)
    expect([...Object.keys(rows), ...elsewhere].sort()).toEqual(ids.sort())
  })

  describe.each(Object.entries(rows))('%s', (id, { breaks, near }) => {
    const named = (scripts: readonly (readonly string[])[]) => scripts.map(lines => [lines.join(' ⏎ '), lines] as const)

    test.each(named(breaks))('is found in %s', (_, lines) => {
      expect(found(...lines)).toEqual([`${lines.length + 1} ${id}`])
    })

    test.each(named(near))('is not found in %s', (_, lines) => {
      expect(found(...lines)).toEqual([])
    })

    test('has three near misses or more', () => {
      expect(near.length).toBeGreaterThanOrEqual(3)
    })
  })
}
