import { unknownBecause } from './read.ts'
import { fullName, type NodeGroupSubject } from './subjects.ts'
import type { UserDataConstruct } from './user-data.ts'
import { judgeUserData, osRows, rowsOf, unreadPart, type WrittenUserData } from './user-data-of-group.ts'
import { pass, type Severity, type Verdict } from './verdict.ts'

export interface ConstructQuestion {
  /** What the most severe fail of the check weighs. */
  readonly severity: Severity
  /** The constructs that must not be there, by id. */
  readonly ids: ReadonlySet<string>
  /** What user data is asked for, as the end of "Whether the user data of node group shop/web …". */
  readonly asks: string
  /** What was found, as the predicate of "Node group shop/web …", without a full stop. */
  readonly tells: (found: readonly UserDataConstruct[], written: WrittenUserData) => string
  /** What is found weighs, where not as `severity`. */
  readonly weighs?: (found: readonly UserDataConstruct[]) => Severity
}

/** Judges the scripts of a group's user data by the constructs in them that work on Amazon Linux 2 alone. */
export const judgeConstructs = (subject: NodeGroupSubject, question: ConstructQuestion): Verdict => {
  const { severity, ids, asks, tells, weighs = () => severity } = question
  const name = `node group ${fullName(subject.resource)}`
  const doubt = `Whether the user data of ${name} ${asks} is not known.`
  return judgeUserData(subject, {
    severity,
    doubt,
    judge: written => {
      const found = written.facts.constructs.filter(({ id }) => ids.has(id))
      if (found.length > 0) {
        return {
          status: 'fail',
          severity: weighs(found),
          message: `Node group ${fullName(subject.resource)} ${tells(found, written)}.`,
          evidence: [
            ...rowsOf(
              written,
              found.map(({ id, line, advice }) => ({ id, line, text: advice })),
            ),
            ...osRows(written).slice(-1),
          ],
        }
      }
      const unread = unreadPart(written)
      return unread ? unknownBecause(unread, doubt) : pass
    },
  })
}

/** When a construct breaks, as the end of a sentence. */
export const breaksWhen = ({ os }: WrittenUserData): string => {
  if (os === 'al2023') return 'breaks on Amazon Linux 2023, the system of its next node'
  if (os === 'al2') return 'would break on Amazon Linux 2023'
  return 'breaks where its AMI is Amazon Linux 2023'
}
