const longestPath = 512

const withoutDots = (path: string): string => {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return `/${names.join('/')}`
}

/**
 * A path as it is seen from the root, without doubled slashes and dots; undefined where it is computed, too long, or relative
 * to a folder that nobody knows.
 * @param folder the absolute path of the folder where the script stands.
 */
export const absolutePath = (path: string, folder: string | undefined): string | undefined => {
  if (path.length > longestPath || path.includes('\0')) return undefined
  if (path.startsWith('/')) return /\/[/.]/.test(path) ? withoutDots(path) : path
  return folder === undefined || folder.length > longestPath ? undefined : withoutDots(`${folder}/${path}`)
}
