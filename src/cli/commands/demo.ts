import { join } from 'node:path'
import type { ReportFormat } from '../../reports/index.ts'
import { accessKeyOf, secretKey } from '../../sandbox/keys.ts'
import { readOrganization } from '../../sandbox/organization.ts'
import { requestHandlerOf } from '../../sandbox/request-handler.ts'
import { createSandbox } from '../../sandbox/sandbox.ts'
import { defaultFolder } from '../memory.ts'
import type { Terminal } from '../terminal.ts'
import { runScan } from './scan.ts'

const exampleFile = join(import.meta.dirname, '../../../examples/acme.yaml')
const worstOfEach = 6

/** The nightly run against the sandbox's example organization, in this process; ends with 0 whatever it finds. */
export const runDemo = async (format: ReportFormat, terminal: Terminal): Promise<0> => {
  const example = await readOrganization(exampleFile)
  const { hub, externalId } = example.organization
  terminal.stderr.write(`Organization ${example.organization.id}, from ${exampleFile}\n`)
  await runScan(
    {
      who: { kind: 'organization' },
      scope: {},
      format,
      failOn: 'never',
      strict: false,
      most: worstOfEach,
      memory: { store: defaultFolder },
      page: 'report.html',
      aws: {
        region: example.regions[0],
        externalId,
        credentials: { accessKeyId: accessKeyOf(hub), secretAccessKey: secretKey },
        requestHandler: requestHandlerOf(createSandbox(example)),
      },
    },
    terminal,
  )
  return 0
}
