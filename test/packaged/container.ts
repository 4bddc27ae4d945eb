/*
 * A Lambda execution environment: imports the handler of a function, and answers one event at a time. It is a process of
 * its own, because the environment of a function is read while it is imported.
 */
const [, , file = ''] = process.argv
const { handler } = (await import(file)) as { handler: (event: unknown, context: object) => Promise<unknown> }

process.on('message', async (event: unknown) => {
  const context = {
    awsRequestId: crypto.randomUUID(),
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    invokedFunctionArn: 'arn',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => 900_000,
  }
  try {
    process.send?.({ reply: await handler(event, context) })
  } catch (error) {
    const { name, message, stack } = error as Error
    process.send?.({ error: { name, message, stack } })
  }
})
process.send?.('ready')

export {}
