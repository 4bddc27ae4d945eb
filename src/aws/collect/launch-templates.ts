import {
  type LaunchTemplate as Described,
  DescribeLaunchTemplatesCommand,
  type LaunchTemplateVersion,
} from '@aws-sdk/client-ec2'
import type { LaunchTemplate } from '../../core/inventory.ts'
import { isControllerMade } from '../../core/launch.ts'
import { type Collected, known, notRead } from '../../core/read.ts'
import { listAll, refused } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { defined, sortedBy, tagsOf } from './shape.ts'
import { listVersions, versionOf } from './template-versions.ts'
import type { UserDataInHand } from './user-data.ts'

const action = 'ec2:DescribeLaunchTemplates'
const pageSize = 200

/** Every template of the Region with its default and latest version: as many calls as AWS has pages. */
export const listLaunchTemplates = async (
  access: RegionAccess,
  userData: UserDataInHand,
): Promise<Collected<LaunchTemplate>> => {
  const { items, failures } = await listVersions(access, { Versions: ['$Default', '$Latest'] }, userData)
  const byTemplate = Map.groupBy(items, ({ LaunchTemplateId = '' }) => LaunchTemplateId)
  const templates = [...byTemplate].map(([id, versions]) => templateOf(id, versions, failures.length === 0))
  return { items: sortedBy(templates, ({ id }) => id), failures }
}

const templateOf = (id: string, described: readonly LaunchTemplateVersion[], complete: boolean): LaunchTemplate => {
  const versions = [...new Map(described.map(version => [version.VersionNumber, versionOf(version)])).values()]
  const [first] = described
  return defined({
    id,
    name: first?.LaunchTemplateName ?? '',
    createdBy: first?.CreatedBy,
    operator: first?.Operator?.Principal,
    defaultVersion: described.find(({ DefaultVersion }) => DefaultVersion)?.VersionNumber,
    // A list that broke off may have named the default alone.
    latestVersion: complete ? Math.max(...versions.map(({ number }) => number)) : undefined,
    tags: notRead(action, 'not asked, because only controllers made templates here'),
    versions: versions.sort((a, b) => a.number - b.number),
  })
}

/** Whether a person made one of the templates, rather than EKS, Karpenter or Auto Mode. */
export const hasOwnTemplates = (templates: readonly LaunchTemplate[]): boolean =>
  templates.some(template => !isControllerMade(template))

/** The same templates with tags and makers, which another call tells; not asked where controllers made them all. */
export const describeLaunchTemplates = async (
  access: RegionAccess,
  { items, failures }: Collected<LaunchTemplate>,
): Promise<Collected<LaunchTemplate>> => {
  if (!hasOwnTemplates(items)) return { items, failures }

  const listed = await listAll(access.ask, action, async NextToken => {
    const input = { NextToken, MaxResults: pageSize, IncludeManagedResources: true }
    const page = await access.clients.ec2().send(new DescribeLaunchTemplatesCommand(input))
    return { items: page.LaunchTemplates, next: page.NextToken }
  })
  const byId = new Map(listed.items.map(template => [template.LaunchTemplateId, template]))
  const missing = listed.refusal ? refused(listed.refusal) : notRead(action, 'EC2 left the template out of its answer')
  return {
    items: items.map(template => {
      const described = byId.get(template.id)
      return described ? withDescription(template, described) : { ...template, tags: missing }
    }),
    failures: [...failures, ...listed.failures],
  }
}

const withDescription = (template: LaunchTemplate, described: Described): LaunchTemplate => ({
  ...template,
  ...defined({
    createdBy: described.CreatedBy,
    operator: described.Operator?.Principal,
    defaultVersion: template.defaultVersion ?? described.DefaultVersionNumber,
    latestVersion: template.latestVersion ?? described.LatestVersionNumber,
  }),
  tags: known(tagsOf(described.Tags)),
})
