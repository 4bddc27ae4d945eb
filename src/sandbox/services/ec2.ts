import * as z from 'zod'
import { type Action, action, flag } from '../action.ts'
import { RefusalError } from '../refusal.ts'
import { describeImages } from './ec2-images.ts'
import { describeInstanceAttribute, describeInstances } from './ec2-instances.ts'
import { describeLaunchTemplates, describeLaunchTemplateVersions } from './ec2-launch-templates.ts'

// The Regions that need no opt-in are those of before 2019-03-20 (AWS, "Enable or disable AWS Regions").
const withoutOptIn = new Set(
  'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-central-1 eu-west-1 eu-west-2 eu-west-3 eu-north-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2'.split(
    ' ',
  ),
)

const DescribeRegions = z.strictObject({
  AllRegions: flag.default(false),
  RegionName: z.array(z.string()).optional(),
})

const reads: Readonly<Record<string, Action>> = {
  DescribeRegions: action(DescribeRegions, ({ AllRegions, RegionName }, { model, caller }) => {
    const account = model.accounts.get(caller.accountId)?.account
    const unknown = RegionName?.find(name => !model.organization.regions.includes(name))
    if (unknown) throw new RefusalError('bad-parameter', `Invalid region names: ${unknown}`)
    const regions = model.organization.regions
      .filter(name => RegionName?.includes(name) ?? true)
      .map(name => ({
        regionName: name,
        regionEndpoint: `ec2.${name}.amazonaws.com`,
        optInStatus: optInStatusOf(name, account?.regions[name] === 'not-opted-in'),
      }))
    return { regionInfo: regions.filter(({ optInStatus }) => AllRegions || optInStatus !== 'not-opted-in') }
  }),

  GetInstanceMetadataDefaults: action(z.strictObject({}), (_input, call) => ({
    accountLevel: call.here().place.region.instanceMetadataDefaults,
  })),

  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  DescribeImages: describeImages,
  DescribeInstances: describeInstances,
  DescribeInstanceAttribute: describeInstanceAttribute,
}

/** With DryRun, EC2 says in an error of its own that it would have answered. */
const withDryRun =
  (act: Action): Action =>
  (parameters, call) => {
    const { DryRun, ...others } = parameters as Record<string, unknown>
    const answer = act(others, call)
    if (DryRun !== 'true') return answer
    throw new RefusalError(
      { code: 'DryRunOperation', status: 412 },
      'Request would have succeeded, but DryRun flag is set.',
    )
  }

/** Amazon EC2: Regions, metadata defaults, launch templates, images and instances. */
export const ec2: Readonly<Record<string, Action>> = Object.fromEntries(
  Object.entries(reads).map(([name, act]) => [name, withDryRun(act)]),
)

const optInStatusOf = (region: string, isOff: boolean) => {
  if (isOff) return 'not-opted-in'
  return withoutOptIn.has(region) ? 'opt-in-not-required' : 'opted-in'
}
