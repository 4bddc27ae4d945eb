import * as z from 'zod'
import { known, notRead, type Read } from './read.ts'
import type { VersionSupport } from './subjects.ts'

/** Until when EKS supports each Kubernetes version. */
export type VersionCalendar = ReadonlyMap<string, VersionSupport>

/** A calendar as JSON: what a recording and the bucket of a run hold of it. */
export const WrittenCalendar = z
  .record(
    z.string(),
    z
      .strictObject({ endOfStandardSupport: z.iso.date(), endOfExtendedSupport: z.iso.date(), source: z.string() })
      .readonly(),
  )
  .readonly()
export type WrittenCalendar = z.infer<typeof WrittenCalendar>

const userGuide = 'https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html'

// Read 2026-11-22; DescribeClusterVersions is asked first, and tells later versions.
const dates: readonly (readonly [version: string, endOfStandardSupport: string, endOfExtendedSupport: string])[] = [
  ['1.28', '2024-11-26', '2025-11-26'],
  ['1.29', '2025-03-23', '2026-03-23'],
  ['1.30', '2025-07-23', '2026-07-23'],
  ['1.31', '2025-11-26', '2026-11-26'],
  ['1.32', '2026-03-23', '2027-03-23'],
  ['1.33', '2026-07-29', '2027-07-29'],
  ['1.34', '2026-12-02', '2027-12-02'],
  ['1.35', '2027-03-27', '2028-03-27'],
  ['1.36', '2027-08-02', '2028-08-02'],
]

/** The calendar as AWS has published it, for where DescribeClusterVersions does not tell. */
export const publishedVersions: VersionCalendar = new Map(
  dates.map(([version, endOfStandardSupport, endOfExtendedSupport]) => [
    version,
    { endOfStandardSupport, endOfExtendedSupport, source: userGuide },
  ]),
)

/** Until when EKS supports a version. */
export const supportOf = (version: string, calendar: VersionCalendar): Read<VersionSupport> => {
  const support = calendar.get(version) ?? publishedVersions.get(version)
  return support ? known(support) : notRead('eks:DescribeClusterVersions', `no calendar has Kubernetes ${version}`)
}
