import type { Use } from '../shell-use.ts'
import { unknown } from '../shell-values.ts'

const clients = new Set(['curl', 'wget'])

// A scheme or a path must stand there: `--noproxy 169.254.169.254` names the service and does not call it.
const service =
  /^(https?:\/\/(169\.254\.169\.254|\[fd00:ec2::254\])(?=[:/?]|$)|(169\.254\.169\.254|\[fd00:ec2::254\])(:80)?\/)/i

const tokenHeader = /x-aws-ec2-metadata-token/i
const put = /^(-[a-zA-Z]*X)?PUT$|^(--request|--method)=PUT$/i
const headerOption = /^(-[a-zA-Z]*H|--header)(=|$)?/
const configFile = /^(-K|--config)/
const statusProbe = /http_code|response_code/

const urlsOf = (words: readonly string[]) => words.filter(word => service.test(word))

/** Whether a command fetches a token of IMDSv2. */
export const asksForToken = ({ program, words }: Use): boolean =>
  clients.has(program) && words.some(word => word.includes('/api/token'))

/** Whether a command names the header of a token, or an assignment does: the script sends one that it has from elsewhere. */
export const namesToken = ({ command, words }: Use): boolean =>
  words.some(word => tokenHeader.test(word)) ||
  command.assignments.some(({ value }) =>
    value.pieces.some(piece => piece.kind === 'text' && tokenHeader.test(piece.text)),
  )

/**
 * Whether a command calls the instance metadata service as IMDSv1 does: curl or wget with an address of it and without
 * the header of a token. A header that is computed counts as a token; so does any computed word in a script that fetches one.
 * @param knowsTokens whether the script fetches or sends a token anywhere.
 * @param inBranch whether the command stands in a branch, or is joined to another.
 */
export const isImdsV1 = ({ program, words }: Use, knowsTokens: boolean, inBranch: boolean): boolean => {
  if (!clients.has(program)) return false
  const urls = urlsOf(words)
  if (urls.length === 0 || words.some(word => put.test(word) || tokenHeader.test(word))) return false
  if (
    urls.every(url => url.includes('/api/token')) ||
    words.some(word => configFile.test(word) || statusProbe.test(word))
  ) {
    return false
  }
  if (words.some((word, at) => headerOption.test(words[at - 1] ?? '') && isComputed(word))) return false
  if (words.some(word => headerOption.test(word) && isComputed(word))) return false
  // Behind a condition in a script that knows tokens, this is the way for instances without them.
  if (knowsTokens && (inBranch || words.some(word => isComputed(word) && !service.test(word)))) return false
  return true
}

const isComputed = (word: string) => word.includes(unknown) || word.startsWith('@')
