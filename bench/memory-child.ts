import { collectGarbage } from './harness.ts'
import { hubOf, scanOver } from './scan-sandbox.ts'

// A process of its own, told where the sandbox listens: nothing but the scan is in its memory.
const bytesOfMegabyte = 1_000_000
const bytesOfKilobyte = 1_024

const [, , endpointUrl, hub] = process.argv
const connection = hubOf(JSON.parse(hub ?? ''), { endpointUrl })
collectGarbage()
const beforeMb = process.memoryUsage.rss() / bytesOfMegabyte
const { looked } = await scanOver(connection)
const peakMb = (process.resourceUsage().maxRSS * bytesOfKilobyte) / bytesOfMegabyte
process.stdout.write(JSON.stringify({ beforeMb, peakMb, nodeGroups: looked.nodeGroups }))
