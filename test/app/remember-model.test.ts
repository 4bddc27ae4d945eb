import { expect, test } from '@jest/globals'
import type { Run } from '../../src/core/run.ts'
import { runOf } from './memory.ts'
import { says, starts } from './sequential.ts'
import { playAll } from './two-runs.ts'

// The write protocol of the store, exhaustively: two runs over one finding, whatever is stored and whatever each of them
// saw; every interleaving of their calls to the store, with a crash of either or both before any of their calls, found out
// by others at once or later; then two nights more. Proven of each execution:
// - the finding ends as some sequential order of the runs that took part leaves it, and nothing is pending;
// - every transition that took effect has exactly one event, and there is no other event;
// - a night that is repeated writes nothing, and neither does a run that comes late, after its end.
// Not proven, because no protocol without transactions can: a run that others take for dead and that writes all the same
// may tell an event twice, under two runs. It never loses one.

const only = { checks: ['c1'] }

test.each<[string, Run, Run]>([
  ['a night and a later scoped run', runOf(10), runOf(10, only, 10)],
  ['a scoped run and a later night', runOf(10, only), runOf(10, {}, 10)],
  ['two scoped runs', runOf(10, only), runOf(10, only, 10)],
  ['a night that is delivered twice', runOf(10), runOf(10)],
])(
  '%s, in every order of their calls',
  async (_, first, second) => {
    let executions = 0
    for (const start of Object.values(starts)) {
      for (const one of says) {
        for (const other of says) {
          executions += await playAll({
            start,
            actors: [
              { run: first, says: one },
              { run: second, says: other },
            ],
          })
        }
      }
    }
    expect(executions).toBeGreaterThan(1_500_000)
  },
  300_000,
)
