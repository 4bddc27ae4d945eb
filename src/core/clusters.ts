import type { Cluster, Tags } from './inventory.ts'
import { clusterNames } from './ownership.ts'
import type { Collected } from './read.ts'

/**
 * Which listed cluster a tagged thing is of: the first that its tags name. Where the list of clusters broke off, a name
 * that is not in it may be one all the same, and then nothing is claimed.
 */
export const clustersIn = ({
  items,
  failures,
}: Collected<Cluster>): ((tagged: { readonly tags: Tags }) => Cluster | undefined) => {
  const byName = new Map(items.map(cluster => [cluster.name, cluster]))
  const isComplete = !failures.some(({ resource }) => resource === undefined)
  return tagged => {
    const names = clusterNames(tagged)
    const name = isComplete ? names.find(one => byName.has(one)) : names[0]
    return name === undefined ? undefined : byName.get(name)
  }
}
