import { readFile, writeFile } from 'node:fs/promises'
import { expect } from '@jest/globals'

/** Compares with the golden file of that name; `UPDATE_GOLDEN=1` writes it anew, for a reviewer to read the difference. */
export const expectGolden = async (name: string, text: string): Promise<void> => {
  const file = new URL(`golden/${name}`, import.meta.url)
  if (process.env['UPDATE_GOLDEN']) await writeFile(file, text)
  expect(text).toBe(await readFile(file, 'utf8'))
}
