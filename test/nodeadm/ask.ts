import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The nodeadm to ask: the one that CI installs, or the one that the environment names. */
export const nodeadmProgram = process.env['NODEADM'] ?? 'nodeadm'

/** What `nodeadm config check` says of user data, and its own words. */
export interface Answer {
  readonly isAccepted: boolean
  readonly words: string
}

/** A nodeadm that can be asked, one question at a time. */
export interface Nodeadm {
  ask(userData: Uint8Array): Promise<Answer>
  stop(): Promise<void>
}

const timeoutMs = 30_000

/** Starts an instance metadata service of our own on loopback, from which nodeadm gets the user data of each question. */
export const startNodeadm = async (): Promise<Nodeadm> => {
  let userData: Uint8Array = new Uint8Array()
  const server = createServer(({ method, url }, response) => {
    if (method === 'PUT' && url === '/latest/api/token') return sendToken(response)
    if (url !== '/latest/user-data' || userData.length === 0) return void response.writeHead(404).end()
    response.end(userData)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ask: bytes => {
      userData = bytes
      return check(endpoint)
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const sendToken = (response: ServerResponse) => {
  response.writeHead(200, { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }).end('token')
}

const check = (endpoint: string) =>
  new Promise<Answer>((resolve, reject) => {
    const options = { env: environment(endpoint), timeout: timeoutMs }
    execFile(nodeadmProgram, ['config', 'check'], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') return reject(error)
      resolve({ isAccepted: error === null, words: stdout + stderr })
    })
  })

/** Nothing of the machine's own AWS settings, but where user data comes from. */
const environment = (endpoint: string) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))),
  AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
})
