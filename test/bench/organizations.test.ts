import { describe, expect, test } from '@jest/globals'
import { generate, type Shape, shapes } from '../../bench/organizations.ts'
import { regionsOf } from '../../src/sandbox/walk.ts'

const shape: Shape = {
  ...{ seed: 42, accounts: 12, regions: 3, emptyRegions: 0.5, clusters: 2, groups: 4, selfManaged: 1 },
  ...{ spareTemplates: 1, ownTemplates: 0.5, pinned: 0.5, customImages: 0.5, warmPools: 0.5 },
  ...{ nodeClasses: 1, configured: 1, batch: 1 },
}

const isEmpty = ({ region }: ReturnType<typeof regionsOf>[number]) =>
  Object.keys(region.clusters).length + Object.keys(region.launchTemplates).length === 0

describe('a generated organization', () => {
  test('is the same for the same seed, and another for another seed', () => {
    const text = JSON.stringify(generate(shape))
    expect(JSON.stringify(generate(shape))).toBe(text)
    expect(JSON.stringify(generate({ ...shape, seed: 43 }))).not.toBe(text)
  })

  test('has the shape that was asked for', () => {
    const regions = regionsOf(generate(shape))
    expect(regions).toHaveLength(12 * 3)
    expect(new Set(regions.map(({ unitName }) => unitName))).toEqual(new Set(['Team 1', 'Team 2']))
    for (const { region } of regions.filter(place => !isEmpty(place))) {
      expect(Object.values(region.clusters).map(({ nodeGroups }) => Object.keys(nodeGroups).length)).toEqual([4, 4])
      expect(Object.keys(region.autoScalingGroups)).toHaveLength(4)
      expect(Object.keys(region.instances)).toHaveLength(4)
    }
  })

  test.each([
    { share: 0, empty: 0 },
    { share: 1, empty: 36 },
  ])('a share of $share empty Regions makes $empty of them', ({ share, empty }) => {
    expect(regionsOf(generate({ ...shape, emptyRegions: share })).filter(isEmpty)).toHaveLength(empty)
  })

  test('pins every version, or none', () => {
    const versionsOf = (pinned: number) =>
      regionsOf(generate({ ...shape, ownTemplates: 1, pinned }))
        .flatMap(({ region }) => Object.values(region.clusters))
        .flatMap(({ nodeGroups }) =>
          Object.values(nodeGroups).map(({ launchTemplate }) => launchTemplate?.split(':')[1]),
        )
    expect(new Set(versionsOf(1))).toEqual(new Set(['2']))
    expect(new Set(versionsOf(0))).toEqual(new Set(['3']))
  })

  test.each(Object.keys(shapes) as (keyof typeof shapes)[])('%s is one that the sandbox accepts', name => {
    expect(regionsOf(generate(shapes[name])).some(place => !isEmpty(place))).toBe(true)
  })
})
