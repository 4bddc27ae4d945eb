/** A node of a YAML document before its scalars have types. */
export type YamlNode = YamlScalar | YamlMapping | YamlSequence | YamlAlias

export interface YamlScalar {
  readonly kind: 'scalar'
  readonly at: number
  readonly value: string
  readonly tag: string
  /** Whether its type follows from how it looks: a scalar without quotes and without a tag. */
  readonly implicit: boolean
}
export interface YamlMapping {
  readonly kind: 'mapping'
  readonly at: number
  readonly pairs: (readonly [YamlNode, YamlNode])[]
}
export interface YamlSequence {
  readonly kind: 'sequence'
  readonly at: number
  readonly items: YamlNode[]
}
interface YamlAlias {
  readonly kind: 'alias'
  readonly at: number
  readonly target: YamlNode
}
