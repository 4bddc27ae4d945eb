import type {
  AutoScalingGroup,
  AutoScalingInstance,
  ImdsOptions,
  LaunchTemplate,
  LaunchTemplateRef,
  Tags,
} from '../../core/inventory.ts'
import { known } from '../../core/read.ts'

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The fields that have a value: AWS leaves out what it does not say, and so does the inventory. */
export const defined = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>

/** The value where it is one of those that are known; EC2 also says "no preference" by a value of its own. */
export const oneOf = <T extends string>(values: readonly T[], value: string | undefined): T | undefined =>
  values.find(candidate => candidate === value)

/** Instance metadata options as every API gives them. */
export const imdsOptionsOf = ({
  HttpTokens,
  HttpEndpoint,
  HttpPutResponseHopLimit,
}: {
  readonly HttpTokens?: string | undefined
  readonly HttpEndpoint?: string | undefined
  readonly HttpPutResponseHopLimit?: number | undefined
} = {}): ImdsOptions =>
  defined({
    httpTokens: oneOf(['optional', 'required'], HttpTokens),
    httpEndpoint: oneOf(['enabled', 'disabled'], HttpEndpoint),
    httpPutResponseHopLimit: HttpPutResponseHopLimit,
  })

/**
 * A template and version as something names them; what names no version launches the default one. The API lets an answer
 * name a template by its name alone, which then stands for the id until {@link withTemplateIds} knows better.
 */
export const templateRef = (id?: string, name?: string, version = '$Default'): LaunchTemplateRef | undefined => {
  const called = id ?? name
  return called === undefined ? undefined : defined({ id: called, name, version })
}

/** The same groups, every template that was named by its name alone under its id. */
export const withTemplateIds = (
  groups: readonly AutoScalingGroup[],
  templates: readonly LaunchTemplate[],
): AutoScalingGroup[] => {
  const idsByName = new Map(templates.map(({ id, name }) => [name, id]))
  const identified = (ref: LaunchTemplateRef): LaunchTemplateRef =>
    ref.id === ref.name ? { ...ref, id: idsByName.get(ref.name) ?? ref.id } : ref
  const startedFrom = ({ launchTemplate, ...instance }: AutoScalingInstance): AutoScalingInstance =>
    launchTemplate ? { ...instance, launchTemplate: identified(launchTemplate) } : instance
  return groups.map(group => ({
    ...group,
    launchTemplates: group.launchTemplates.map(launch => ({ ...launch, ref: identified(launch.ref) })),
    instances: group.instances.map(startedFrom),
    ...(group.warmPool?.ok ? { warmPool: known(group.warmPool.value.map(startedFrom)) } : {}),
  }))
}

/** Tags in the order of their keys. */
export const sortedTags = (tags: Readonly<Record<string, string>> = {}): Tags =>
  Object.fromEntries(sortedBy(Object.entries(tags), ([key]) => key))

/** Tags as EC2 and Auto Scaling list them. */
export const tagsOf = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Tags => sortedTags(Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])))

/** A copy in the order of a text that each item has, whatever the order of AWS's answer. */
export const sortedBy = <T>(items: Iterable<T>, keyOf: (item: T) => string): T[] =>
  [...items].sort((a, b) => compare(keyOf(a), keyOf(b)))

/** The items in lists of at most `size`: as many as one call takes. */
export const batchesOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))
