import * as z from 'zod'
import { action, type Call, flag, pageOf, wholeNumber } from '../action.ts'
import { imageInForce } from '../place.ts'
import { RefusalError } from '../refusal.ts'
import { numberOf, type Template, type TemplateVersion } from '../templates.ts'
import { operatorOf, tagSet } from './ec2-answers.ts'

const pageSize = 200
const paging = { MaxResults: wholeNumber(1, pageSize).default(pageSize), NextToken: z.string().optional() }
const managed = { IncludeManagedResources: flag.default(false) }

const visibleTemplates = (call: Call, includeManaged: boolean) =>
  call.here().templates.filter(({ operator }) => includeManaged || !operator?.hiddenByDefault)

const idNotFound = (id: string) =>
  new RefusalError(
    { code: 'InvalidLaunchTemplateId.NotFound', status: 400 },
    `The specified launch template, with template ID ${id}, does not exist.`,
  )
const nameNotFound = (name: string) =>
  new RefusalError(
    { code: 'InvalidLaunchTemplateName.NotFoundException', status: 400 },
    `The specified launch template, with template name ${name}, does not exist.`,
  )
const someNameNotFound = () =>
  new RefusalError(
    { code: 'InvalidLaunchTemplateName.NotFoundException', status: 400 },
    'At least one of the launch templates specified in the request does not exist.',
  )

/** DescribeLaunchTemplates, by ids, by names or all. */
export const describeLaunchTemplates = action(
  z.strictObject({
    ...paging,
    ...managed,
    LaunchTemplateId: z.array(z.string()).optional(),
    LaunchTemplateName: z.array(z.string()).optional(),
  }),
  (input, call) => {
    const templates = visibleTemplates(call, input.IncludeManagedResources)
    const missingId = input.LaunchTemplateId?.find(id => !templates.some(template => template.id === id))
    if (missingId) throw idNotFound(missingId)
    const isMissing = (name: string) => !templates.some(template => template.name === name)
    if (input.LaunchTemplateName?.some(isMissing)) throw someNameNotFound()
    const asked = templates.filter(
      ({ id, name }) =>
        (input.LaunchTemplateId?.includes(id) ?? true) && (input.LaunchTemplateName?.includes(name) ?? true),
    )
    const { items, next } = pageOf(asked, input.NextToken, input.MaxResults)
    return { launchTemplates: items.map(describeTemplate), nextToken: next }
  },
)

const describeTemplate = (template: Template) => ({
  launchTemplateId: template.id,
  launchTemplateName: template.name,
  createTime: template.createTime,
  createdBy: template.createdBy,
  defaultVersionNumber: template.defaultVersion,
  latestVersionNumber: template.versions.length,
  tagSet: tagSet(template.tags),
  operator: operatorOf(template),
})

const DescribeLaunchTemplateVersions = z.strictObject({
  ...paging,
  ...managed,
  LaunchTemplateId: z.string().optional(),
  LaunchTemplateName: z.string().optional(),
  LaunchTemplateVersion: z.array(z.string()).default([]),
  ResolveAlias: flag.default(false),
})
type Input = z.output<typeof DescribeLaunchTemplateVersions>

/** DescribeLaunchTemplateVersions: any versions of one template, or `$Default` and `$Latest` of all. */
export const describeLaunchTemplateVersions = action(DescribeLaunchTemplateVersions, (input, call) => {
  const versions =
    input.LaunchTemplateId || input.LaunchTemplateName ? versionsOfOne(call, input) : versionsOfAll(call, input)
  const { items, next } = pageOf(versions, input.NextToken, input.MaxResults)
  const { place } = call.here()
  const imageOf = ({ imageId }: TemplateVersion) =>
    imageId !== undefined && input.ResolveAlias ? imageInForce(place, imageId) : imageId
  return {
    launchTemplateVersionSet: items.map(({ template, version }) => ({
      launchTemplateId: template.id,
      launchTemplateName: template.name,
      versionNumber: version.number,
      versionDescription: version.description,
      createTime: version.createTime,
      createdBy: template.createdBy,
      defaultVersion: version.number === template.defaultVersion,
      operator: operatorOf(template),
      launchTemplateData: {
        imageId: imageOf(version),
        instanceType: version.instanceType,
        userData: version.userData,
        metadataOptions: version.metadataOptions,
      },
    })),
    nextToken: next,
  }
})

const versionsOfOne = (call: Call, input: Input) => {
  const { LaunchTemplateId: id, LaunchTemplateName: name, LaunchTemplateVersion: asked } = input
  const template = visibleTemplates(call, true).find(candidate =>
    id === undefined ? candidate.name === name : candidate.id === id,
  )
  if (!template) throw id === undefined ? nameNotFound(name ?? '') : idNotFound(id)
  if (asked.length === 0) return template.versions.toReversed().map(version => ({ template, version }))
  return pick(template, asked)
}

const howToAsk =
  'To describe the launch template data for all your launch templates, for ‘--versions’ specify ‘$Latest’, ‘$Default’, or both, and omit ‘--launch-template-id’, ‘--launch-template-name’, and version numbers. To describe the launch template data for a specific launch template, specify ‘--launch-template-id’ or ‘--launch-template-name’, and for ‘--versions’ specify one or more of the following values: ‘$Latest’, ‘$Default’, or one or more version numbers.'

const versionsOfAll = (call: Call, input: Input) => {
  const { LaunchTemplateVersion: asked } = input
  if (asked.length === 0) throw new RefusalError({ code: 'MissingParameter', status: 400 }, howToAsk)
  const isNumber = (version: string) => version !== '$Default' && version !== '$Latest'
  if (asked.some(isNumber)) throw new RefusalError({ code: 'InvalidParameterValue', status: 400 }, howToAsk)
  return visibleTemplates(call, input.IncludeManagedResources).flatMap(template => pick(template, asked))
}

/** Each version once, also where `$Default` and `$Latest` are the same one. */
const pick = (template: Template, asked: readonly string[]) =>
  [...new Set(asked.map(version => numberOf(version, template.defaultVersion, template.versions.length)))].map(
    number => {
      const version = template.versions[number - 1]
      if (version) return { template, version }
      throw new RefusalError(
        { code: 'InvalidLaunchTemplateId.VersionNotFound', status: 400 },
        `Could not find the specified version ${number} for the launch template with ID ${template.id}.`,
      )
    },
  )
