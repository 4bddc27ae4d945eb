import type { Tags } from './inventory.ts'

/** Whether tags have one that is written as `key=value`; the value may hold more of the signs. */
export const hasTag = (tags: Tags, written: string): boolean => {
  const [key = '', ...value] = written.split('=')
  return tagOf(tags, key) === value.join('=')
}

/** The value of a tag. A tag may have the name of something that every object knows, such as `constructor`. */
export const tagOf = (tags: Tags | undefined, key: string): string | undefined =>
  tags && Object.hasOwn(tags, key) ? tags[key] : undefined
