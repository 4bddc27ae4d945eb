const pattern = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+](.+))?$/

/**
 * Whether a version is the minimum or newer; undefined when `version` is no version at all.
 * `-eksbuild.N` is a build of the version before it and so not older than it; any other suffix is a pre-release.
 * Kubernetes versions are two numbers.
 */
export const isAtLeast = (version: string, minimum: string): boolean | undefined => {
  const actual = parse(version)
  const wanted = parse(minimum)
  if (!actual || !wanted) return undefined
  for (const [index, number] of wanted.numbers.entries()) {
    const difference = (actual.numbers[index] ?? 0) - number
    if (difference !== 0) return difference > 0
  }
  return !actual.prerelease || wanted.prerelease
}

const parse = (version: string) => {
  const [, major, minor, patch = '0', suffix = ''] = pattern.exec(version) ?? []
  if (major === undefined || minor === undefined) return undefined
  return { numbers: [major, minor, patch].map(Number), prerelease: suffix !== '' && !/^eksbuild\.\d+$/.test(suffix) }
}
