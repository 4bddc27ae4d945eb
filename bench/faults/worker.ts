import { parentPort, workerData } from 'node:worker_threads'
import { playAll, type Settings } from './all.ts'
import type { Row } from './play.ts'

/** What a worker tells: each row as soon as it is known, and at last all of them. */
export type Told = { readonly row: Row } | { readonly rows: readonly Row[] }

const tell = (told: Told) => parentPort?.postMessage(told)
tell({ rows: await playAll(workerData as Settings, row => tell({ row })) })
