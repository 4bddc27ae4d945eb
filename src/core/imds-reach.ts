import type { ImdsDecisions } from './imds.ts'
import type { ImdsOptions } from './inventory.ts'

/** Whether an instance with these options answers IMDSv1; undefined where they do not tell. */
export const allowsImdsV1 = ({ httpTokens, httpEndpoint }: ImdsOptions): boolean | undefined => {
  if (httpTokens === 'required' || httpEndpoint === 'disabled') return false
  return httpTokens === 'optional' && httpEndpoint === 'enabled' ? true : undefined
}

/**
 * Whether pods outside the host network reach the metadata service of an instance with these options; undefined where
 * they do not tell. The hop limit bounds the answer to the PUT of IMDSv2, so it keeps nobody from IMDSv1.
 * Source: EKS Best Practices, "Identity and Access Management"; EC2 User Guide, "Instance metadata access considerations".
 */
export const podsReachImds = ({
  httpTokens,
  httpEndpoint,
  httpPutResponseHopLimit: hopLimit,
}: ImdsOptions): boolean | undefined => {
  if (httpEndpoint === 'disabled') return false
  if (httpTokens === 'optional' || (hopLimit !== undefined && hopLimit > 1)) {
    return httpEndpoint === 'enabled' ? true : undefined
  }
  return httpTokens === 'required' && hopLimit !== undefined ? false : undefined
}

/** The options that decisions came to; what nothing decided is left out. */
export const optionsOf = ({ httpTokens, httpEndpoint, httpPutResponseHopLimit }: ImdsDecisions): ImdsOptions => ({
  httpTokens: httpTokens.value,
  httpEndpoint: httpEndpoint.value,
  httpPutResponseHopLimit: httpPutResponseHopLimit.value,
})
