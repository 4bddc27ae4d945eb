/** How far into a text its apiVersion or kind is looked for: twice the user data that EC2 takes. */
const farEnough = 32_768

const identity =
  /^["']?(?:apiVersion["']?\s*:\s*["']?node\.eks\.aws(?:\/|["'\s]|$)|kind["']?\s*:\s*["']?NodeConfig(?:["'\s,}]|$))/i
const identityInFlow = /["']?(?:apiVersion["']?\s*:\s*["']?node\.eks\.aws\/|kind["']?\s*:\s*["']?NodeConfig\b)/i
/** What may stand on a line of a document's own level: a key, a list's entry, or the end of a flow collection. */
const ownLevel = /^(?:["']?[\w.-]+["']?[ \t]*:(?:\s|$)|-[ \t]|[\]}])/
const passedOver = /^(?:#(?!!)|---|%)/
const lineWithContent = /^([ \t]*)([^\s#].*|#!.*)$/gm

/**
 * Whether a text is meant as a NodeConfig, however broken it is: apiVersion or kind of node.eks.aws stands among the keys
 * of its first level. A NodeConfig inside a script is none.
 */
export const isMeantAsNodeConfig = (text: string): boolean => {
  const start = text.slice(text.charCodeAt(0) === 0xfeff ? 1 : 0, farEnough)
  let indent: number | undefined
  for (const [, blanks = '', content = ''] of start.matchAll(lineWithContent)) {
    if (passedOver.test(content)) continue
    indent ??= blanks.length
    if (blanks.length > indent) continue
    if (content.startsWith('{')) return identityInFlow.test(start)
    if (identity.test(content)) return true
    if (!ownLevel.test(content)) return false
  }
  return false
}
