import { readFile, writeFile } from 'node:fs/promises'
import { expect } from '@jest/globals'

/** Compares with the golden file of that name, beside the reports' tests or those of another module; `UPDATE_GOLDEN=1` writes it anew, for a reviewer to read the difference. */
export const expectGolden = async (name: string, text: string, beside = import.meta.url): Promise<void> => {
  const file = new URL(`golden/${name}`, beside)
  if (process.env['UPDATE_GOLDEN']) await writeFile(file, text)
  expect(text).toBe(await readFile(file, 'utf8'))
}
