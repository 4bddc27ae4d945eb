import type { Tags } from './inventory.ts'

/** Whether tags have one that is written as `key=value`; the value may hold more of the signs. */
export const hasTag = (tags: Tags, written: string): boolean => {
  const [key = '', ...value] = written.split('=')
  return tags[key] === value.join('=')
}
