import type { Operator } from '../schema.ts'

/** Tags as EC2 tells them. */
export const tagSet = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([key, value]) => ({ key, value }))

/** Who manages a thing for its customer, as EC2 tells it of everything. */
export const operatorOf = ({ operator }: { readonly operator: Operator | undefined }) => ({
  managed: operator !== undefined,
  principal: operator?.principal,
  hiddenByDefault: operator?.hiddenByDefault,
})
