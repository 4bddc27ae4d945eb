/*
 * A Lambda execution environment: imports the handler of a function, and answers one event at a time. It is a process of
 * its own, because the environment of a function is read while it is imported.
 */
const [, , file = ''] = process.argv
type Handler = (event: unknown, context: object) => Promise<unknown>

/** Sent and not printed: Node prints the line that threw as well, and a bundle's line is longer than a pipe takes. */
const tell = (error: unknown) =>
  new Promise(resolve => {
    const { name, message, stack } = error as Error
    process.send?.({ error: { name, message, stack } }, undefined, undefined, resolve)
  })

const load = async (): Promise<Handler> => {
  try {
    return ((await import(file)) as { handler: Handler }).handler
  } catch (error) {
    await tell(error)
    process.exit(1)
  }
}

const handler = await load()
interface Sent {
  readonly event: unknown
  readonly remainingMs: number
}
process.on('message', async ({ event, remainingMs }: Sent) => {
  const context = {
    awsRequestId: crypto.randomUUID(),
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    invokedFunctionArn: 'arn',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => remainingMs,
  }
  try {
    process.send?.({ reply: await handler(event, context) })
  } catch (error) {
    await tell(error)
  }
})
process.send?.({ reply: 'ready' })

export {}
