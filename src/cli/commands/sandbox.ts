import { accessKeyOf, secretKey } from '../../sandbox/keys.ts'
import { readOrganization } from '../../sandbox/organization.ts'
import { createSandbox } from '../../sandbox/sandbox.ts'
import { listen } from '../../sandbox/server.ts'
import type { Terminal } from '../terminal.ts'

/**
 * Serves an organization until the process is told to stop; prints what an AWS client has to set.
 * @throws {PostureError} when the file is invalid or the port is taken.
 */
export const serveSandbox = async (file: string, port: number, terminal: Terminal): Promise<0> => {
  const organization = await readOrganization(file)
  const server = await listen(createSandbox(organization), port)
  const { hub, externalId } = organization.organization
  const settings = {
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: accessKeyOf(hub),
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_REGION: organization.regions[0],
    ...(externalId === undefined ? {} : { EXTERNAL_ID: externalId }),
  }
  for (const [name, value] of Object.entries(settings)) terminal.stdout.write(`export ${name}=${value}\n`)
  terminal.stderr.write(`Organization ${organization.organization.id} answers at ${server.url}; Ctrl-C ends it.\n`)
  await new Promise<void>(resolve => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await server.close()
  return 0
}
