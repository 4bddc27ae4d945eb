import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'

export const logger = new Logger()
const metrics = new Metrics()

/** Counts things of this invocation, for CloudWatch to sum up over a night. */
export const count = (things: Readonly<Record<string, number>>, unit: MetricUnitName = MetricUnit.Count): void => {
  for (const [name, number] of Object.entries(things)) metrics.addMetric(name, unit, number)
}
type MetricUnitName = (typeof MetricUnit)[keyof typeof MetricUnit]

/** How long something took, as a metric of seconds. */
export const countSeconds = (name: string, ms: number): void => count({ [name]: ms / 1000 }, MetricUnit.Seconds)

/** As much of Lambda's context as the functions look at. */
export interface Invocation {
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number
}

/** Whatever parses, as the schemas of core/messages.ts do. */
interface Schema<T> {
  parse(value: unknown): T
}

/**
 * The edge of every function: the event is parsed on its way in and the reply on its way out. Events are not logged: what
 * they hold is none of the log's business. An error is thrown on, so that Step Functions sees its name.
 */
export const handle = <Request, Reply>(
  request: Schema<Request>,
  reply: Schema<Reply>,
  work: (request: Request, invocation: Invocation) => Promise<Reply>,
) =>
  middy()
    .use(injectLambdaContext(logger, { logEvent: false, resetKeys: true }))
    .use(logMetrics(metrics))
    .handler(
      async (event: unknown, context: Invocation): Promise<Reply> =>
        reply.parse(await work(request.parse(event), context)),
    )
