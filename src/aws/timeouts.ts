/** What an SDK client takes as `requestHandler` besides. By itself it waits for ever, and a night would hang with a service. */
export const timeoutsOf = (requestTimeoutMs: number) => ({
  connectionTimeout: 5_000,
  requestTimeout: requestTimeoutMs,
  // The request's own timeout ends with the headers; this one also ends a body that stalls.
  socketTimeout: requestTimeoutMs,
  throwOnRequestTimeout: true,
})

/** For the hub's own table, bucket, topics and Security Hub, which answer in less than a second. */
export const hubTimeouts = timeoutsOf(10_000)
