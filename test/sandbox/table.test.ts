import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import dynalite from 'dynalite'
import { openTable as openStore, tableDefinition } from '../../src/aws/store.ts'
import { ConfigError, PostureError } from '../../src/core/errors.ts'
import { openTable } from '../../src/sandbox/table.ts'
import { finding, night } from '../aws/store-suite.ts'

let folder = ''
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'store-')), 'kept')
})
afterEach(() => rm(join(folder, '..'), { recursive: true }))

const open = async () => {
  const table = await openTable(folder, tableDefinition)
  const store = openStore(table.tableName, {
    endpoint: table.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  return { ...table, store }
}

const findingsIn = async ({ store }: Awaited<ReturnType<typeof open>>) =>
  (await store.readArea(finding().accountId, finding().region)).findings

const lockFile = () => join(folder, 'lock.json')

/** Another process that opens the folder, writes a finding, and then waits until it is killed. */
const openElsewhere = async () => {
  const script = `
    import { openTable as openStore, tableDefinition } from '${join(import.meta.dirname, '../../src/aws/store.ts')}'
    import { openTable } from '${join(import.meta.dirname, '../../src/sandbox/table.ts')}'
    const { endpoint, tableName } = await openTable(process.argv[1], tableDefinition)
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
    const store = openStore(tableName, { endpoint, region: 'eu-west-1', credentials })
    await store.putFinding(JSON.parse(process.argv[2]), undefined)
    process.stdout.write('open')`
  const args = ['--input-type=module', '-e', script, folder, JSON.stringify(finding())]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('The other process ended.'))),
  ])
  const kill = async () => {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  return { pid: child.pid, kill }
}

describe('a table in a folder', () => {
  test('is made where there is none, and kept', async () => {
    const first = await open()
    expect(first.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await findingsIn(first)).toEqual([])
    await first.store.putFinding(finding(), undefined)
    await first.close()
    expect(await readdir(folder)).toEqual(['table'])

    const second = await open()
    expect(await findingsIn(second)).toEqual([finding()])
    expect(await second.store.listFindings()).toEqual([finding()])
    await second.close()
  })

  test('is closed when what was being asked is answered', async () => {
    const { store, close } = await open()
    const writes = Array.from({ length: 50 }, (_, n) => store.putFinding(finding({ id: `${n}` }), undefined))
    await writes[0]
    await close()
    const kept = (await Promise.allSettled(writes)).filter(({ status }) => status === 'fulfilled')
    const again = await open()
    expect(await findingsIn(again)).toHaveLength(kept.length)
    await again.close()
  })

  test('that was being made when its maker died is made afresh', async () => {
    await mkdir(join(folder, 'table'), { recursive: true })
    const dying = dynalite({ path: join(folder, 'table'), createTableMs: 2_000 }).listen(0, '127.0.0.1')
    await once(dying, 'listening')
    const { port } = dying.address() as { port: number }
    await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.CreateTable',
        'x-amz-date': 'x',
        authorization: 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=a, Signature=a',
      },
      body: JSON.stringify({ ...tableDefinition, TableName: 'eks-node-posture' }),
    })
    await new Promise(done => dying.close(done))

    const table = await open()
    expect(await findingsIn(table)).toEqual([])
    await table.close()
  })

  test('cannot be opened twice by one process', async () => {
    const { close } = await open()
    await expect(open()).rejects.toThrow(
      new RegExp(`^The store ${folder} is in use: process ${process.pid}, which started at 2\\S+Z, holds it`),
    )
    await close()
    await (await open()).close()
  })

  test('cannot be opened while another process has it, and can when that was killed', async () => {
    const other = await openElsewhere()
    await expect(open()).rejects.toThrow(
      new RegExp(
        `^The store ${folder} is in use: process ${other.pid}, which started at 2\\S+Z, holds it\\. ` +
          `Wait for it, or use another --store; if no such process runs, delete ${lockFile()}\\.$`,
      ),
    )
    await expect(open()).rejects.toThrow(PostureError)
    await other.kill()
    expect(await readdir(folder)).toContain('lock.json')
    const table = await open()
    expect(JSON.parse(await readFile(lockFile(), 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() })
    expect(await findingsIn(table)).toEqual([finding()])
    await table.close()
  })
})

describe('a lock', () => {
  const lockedBy = async (holder: object | string) => {
    await mkdir(folder, { recursive: true })
    await writeFile(lockFile(), typeof holder === 'string' ? holder : JSON.stringify(holder))
  }
  const startedAt = night(19).slice(0, 24)
  /** More than any kernel gives out. */
  const deadPid = 2 ** 30

  test('of an earlier process with our own number is left over', async () => {
    await lockedBy({ pid: process.pid, host: hostname(), startedAt })
    await (await open()).close()
  })

  test('of a process that is dead is left over', async () => {
    await lockedBy({ pid: deadPid, host: hostname(), startedAt })
    await (await open()).close()
  })

  test('of a process on another host holds, and says where', async () => {
    await lockedBy({ pid: deadPid, host: 'elsewhere', startedAt })
    await expect(open()).rejects.toThrow(
      `is in use: process ${deadPid} on elsewhere, which started at ${startedAt}, holds it. Wait for it, or use another --store`,
    )
  })

  test.each(['', '{"pid":', '{}', 'null'])('that says %j holds, because somebody may be writing it', async text => {
    await lockedBy(text)
    await expect(open()).rejects.toThrow(/is in use: somebody who did not sign the lock holds it\./)
    expect(await readFile(lockFile(), 'utf8')).toBe(text)
  })

  test('that is no longer ours is not removed', async () => {
    const { close } = await open()
    await lockedBy({ pid: 1, host: 'elsewhere', startedAt })
    await close()
    expect(JSON.parse(await readFile(lockFile(), 'utf8'))).toEqual({ pid: 1, host: 'elsewhere', startedAt })
  })

  test('is given up when the table does not open', async () => {
    const noTable = { ...tableDefinition, KeySchema: [] }
    await expect(openTable(folder, noTable)).rejects.toThrow(/^The store's table could not be created: /)
    await (await open()).close()
  })
})

describe('a path that is no folder to write to is one sentence', () => {
  test.each(['', 'below'])('a file, or something below one', async name => {
    await writeFile(folder, 'mine')
    const path = join(folder, name)
    const refusal = openTable(path, tableDefinition)
    await expect(refusal).rejects.toThrow(ConfigError)
    await expect(refusal).rejects.toThrow(
      `The store ${path} is a file, or below one: name another folder with --store.`,
    )
    expect(await readFile(folder, 'utf8')).toBe('mine')
  })

  test('a folder where nothing may be written', async () => {
    // Permissions do not bind root; the kernel's own folder does.
    const isRoot = process.getuid?.() === 0
    if (!isRoot) {
      await mkdir(folder)
      await chmod(folder, 0o500)
    }
    const path = isRoot ? '/sys/eks-node-posture' : folder
    const refusal = openTable(path, tableDefinition)
    await expect(refusal).rejects.toThrow(ConfigError)
    await expect(refusal).rejects.toThrow(
      new RegExp(
        `^The store ${path} cannot be written to \\(E\\w+\\), which its lock needs even of a reader: name another`,
      ),
    )
  })
})
