import { PostureError } from '../core/errors.ts'
import type { Run } from '../core/run.ts'
import type { Store, StoreEvent } from '../core/store.ts'
import { fateOf, isScoped, type RunPorts } from './runs.ts'

/** What the write protocol needs to see of a finding or of the state of an area. */
export interface Entry {
  readonly changedIn: string
  readonly pending?: string | undefined
}

/** One entry of the store, and how it is read and written. */
export interface Place<T extends Entry> {
  /** How a person would call it. */
  readonly name: string
  readonly read: () => Promise<T | undefined>
  readonly put: (next: T, before: T | undefined) => Promise<boolean>
  readonly drop: (stored: T) => Promise<boolean>
  readonly settle: (stored: T) => Promise<void>
  /** The event that is pending in an entry, under the run that wrote it; undefined where none is. */
  readonly eventOf: (entry: T) => StoreEvent | undefined
}

/** What has to become of an entry; a put whose event still has to be written carries it as `pending`. */
export type Change<T> = { readonly kind: 'put'; readonly next: T } | { readonly kind: 'drop' }

/** The run that writes, and what it wants of an entry as it is stored; undefined where nothing is to be done. */
export interface Writer<T> {
  readonly run: Run
  readonly ports: RunPorts
  readonly decide: (stored: T | undefined) => Change<T> | undefined
}

/** Every conflict is a write of another run, and each of those writes an entry once. */
const mostTries = 6

/**
 * Settles what another run left pending and carries out what this one decides (DESIGN §7): the entry under its condition,
 * the event, then the removal of `pending`. Whoever loses a condition reads again and decides again. A run writes an entry
 * once at most, so that `changedIn` tells one state of it from every other.
 * @param first the entry as it was read.
 * @returns the entry as it stands now; undefined where there is none.
 */
export const carryOut = async <T extends Entry>(
  place: Place<T>,
  first: T | undefined,
  writer: Writer<T>,
): Promise<T | undefined> => {
  let stored = first
  for (let tries = 1; tries <= mostTries; tries += 1) {
    // What a later run wrote stands, and so does what this run wrote before it was repeated.
    if (stored && stored.changedIn > writer.run.id) return stored
    if (stored?.changedIn === writer.run.id) return announce(place, stored, writer.ports.store)
    const done = await settleAndChange(place, stored, writer)
    if (done) return done.entry
    stored = await place.read()
  }
  throw new PostureError(
    `${place.name} was written by others ${mostTries} times in a row; run ${writer.run.id} gave up.`,
  )
}

/** What an entry has become. */
interface Done<T> {
  readonly entry: T | undefined
}

/** Undefined where somebody else wrote the entry meanwhile. */
const settleAndChange = async <T extends Entry>(
  place: Place<T>,
  stored: T | undefined,
  writer: Writer<T>,
): Promise<Done<T> | undefined> => {
  const { run, ports } = writer
  const owed = stored && place.eventOf(stored)
  if (!stored || !owed) return change(place, stored, writer)

  const fate = await fateOf(stored.changedIn, ports)
  if (fate === 'alive') return change(place, stored, writer, owed)
  if (await ports.store.hasEvent(owed)) {
    await place.settle(stored)
    return change(place, stored, writer)
  }
  // No digest tells of a scoped run, so that it leaves what a night owes to the next night.
  if (fate === 'night ended' && isScoped(run.scope)) return { entry: stored }
  // Taken over before it is told, so that of two runs that meet it one tells. That was this run's one write.
  const takenOver = { ...stored, changedIn: run.id }
  if (!(await place.put(takenOver, stored))) return undefined
  return { entry: await announce(place, takenOver, ports.store) }
}

/** @param owed the event of a run that is alive: it is written for that run before `pending` is written over. */
const change = async <T extends Entry>(
  place: Place<T>,
  stored: T | undefined,
  { decide, ports }: Writer<T>,
  owed?: StoreEvent,
): Promise<Done<T> | undefined> => {
  const wanted = decide(stored)
  if (!wanted) return { entry: stored }
  if (owed) await ports.store.putEvent(owed)
  if (wanted.kind === 'drop') return !stored || (await place.drop(stored)) ? { entry: undefined } : undefined
  if (!(await place.put(wanted.next, stored))) return undefined
  return { entry: await announce(place, wanted.next, ports.store) }
}

/** Writes the event that an entry of this run owes, then removes `pending`. */
const announce = async <T extends Entry>(place: Place<T>, entry: T, store: Store): Promise<T> => {
  const event = place.eventOf(entry)
  if (!event) return entry
  await store.putEvent(event)
  await place.settle(entry)
  return entry
}
