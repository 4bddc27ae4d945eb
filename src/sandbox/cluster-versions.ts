import { secondsOf } from './ids.ts'
import { minorOf } from './images.ts'
import type { ClusterVersion, Organization } from './schema.ts'

type Dates = readonly [released: string, standardEnds: string, extendedEnds: string]

// endoflife.date/amazon-eks as of 2026-08-22; which version was the default on the sandbox's day is invented.
const known: Readonly<Record<string, Dates>> = {
  '1.36': ['2026-06-02', '2027-08-02', '2028-08-02'],
  '1.35': ['2026-01-28', '2027-03-27', '2028-03-27'],
  '1.34': ['2025-10-06', '2026-12-02', '2027-12-02'],
  '1.33': ['2025-05-28', '2026-07-29', '2027-07-29'],
  '1.32': ['2025-01-25', '2026-03-23', '2027-03-23'],
  '1.31': ['2024-09-26', '2025-11-26', '2026-11-26'],
  '1.30': ['2024-05-23', '2025-07-23', '2026-07-23'],
  '1.29': ['2024-01-23', '2025-03-23', '2026-03-23'],
  '1.28': ['2023-09-26', '2024-11-26', '2025-11-26'],
}
const defaultVersion = '1.35'

/** Whether the sandbox knows the dates of a version itself. */
export const isKnownVersion = (version: string) => Object.hasOwn(known, version)

type Status = NonNullable<ClusterVersion['versionStatus']>

/** DescribeClusterVersions' answer for every version, the newest first. Dates without a time are midnight in UTC. */
export const clusterVersionsOf = ({ clusterVersions, now }: Organization) =>
  [...new Set([...Object.keys(known), ...Object.keys(clusterVersions)])]
    .sort((a, b) => minorOf(b) - minorOf(a))
    .map(version => {
      const written = clusterVersions[version] ?? {}
      const [released, standardEnds, extendedEnds] = known[version] ?? []
      const endOfStandardSupport = written.endOfStandardSupportDate ?? dateOf(standardEnds)
      const endOfExtendedSupport = written.endOfExtendedSupportDate ?? dateOf(extendedEnds)
      const versionStatus = written.versionStatus ?? statusOf(now, endOfStandardSupport, endOfExtendedSupport)
      return {
        clusterVersion: version,
        clusterType: 'eks',
        defaultPlatformVersion: 'eks.12',
        defaultVersion: written.defaultVersion ?? version === defaultVersion,
        releaseDate: secondsOf(written.releaseDate ?? dateOf(released)),
        endOfStandardSupportDate: secondsOf(endOfStandardSupport),
        endOfExtendedSupportDate: secondsOf(endOfExtendedSupport),
        status: versionStatus.toLowerCase().replace('_', '-'),
        versionStatus,
        kubernetesPatchVersion: written.kubernetesPatchVersion ?? `${version}.10`,
      }
    })

const dateOf = (date: string | undefined) => (date === undefined ? undefined : new Date(date))

const statusOf = (
  now: Date,
  endOfStandardSupport: Date | undefined,
  endOfExtendedSupport: Date | undefined,
): Status => {
  if (!endOfStandardSupport || now < endOfStandardSupport) return 'STANDARD_SUPPORT'
  return endOfExtendedSupport && now >= endOfExtendedSupport ? 'UNSUPPORTED' : 'EXTENDED_SUPPORT'
}
