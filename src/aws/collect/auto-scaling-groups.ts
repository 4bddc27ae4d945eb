import {
  DescribeAutoScalingGroupsCommand,
  type AutoScalingGroup as Described,
  type Instance,
  type LaunchTemplateSpecification,
} from '@aws-sdk/client-auto-scaling'
import type { AutoScalingGroup, AutoScalingInstance } from '../../core/inventory.ts'
import type { Collected } from '../../core/read.ts'
import { listAll } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { defined, sortedBy, tagsOf, templateRef } from './shape.ts'

const pageSize = 100
const leaving = /^(?:Warmed:)?(?:Terminat|Detach)/

/** Every Auto Scaling group of the Region with its instances. */
export const readAutoScalingGroups = async ({ ask, clients }: RegionAccess): Promise<Collected<AutoScalingGroup>> => {
  const { items, failures } = await listAll(ask, 'autoscaling:DescribeAutoScalingGroups', async NextToken => {
    const input = { NextToken, MaxRecords: pageSize }
    const page = await clients.autoScaling().send(new DescribeAutoScalingGroupsCommand(input))
    return { items: page.AutoScalingGroups, next: page.NextToken }
  })
  return { items: sortedBy(items.map(groupOf), ({ name }) => name), failures }
}

const groupOf = (group: Described): AutoScalingGroup =>
  defined({
    name: group.AutoScalingGroupName ?? '',
    arn: group.AutoScalingGroupARN ?? '',
    launchConfiguration: group.LaunchConfigurationName,
    launchTemplates: launchTemplatesOf(group),
    instances: sortedBy((group.Instances ?? []).filter(isStaying).map(instanceOf), ({ id }) => id),
    tags: tagsOf(group.Tags),
  })

/** The base, and every override that changes what is launched; overrides of one template and AMI are one. */
const launchTemplatesOf = ({ LaunchTemplate, MixedInstancesPolicy }: Described) => {
  const { LaunchTemplateSpecification = LaunchTemplate, Overrides = [] } = MixedInstancesPolicy?.LaunchTemplate ?? {}
  const base = refOf(LaunchTemplateSpecification)
  if (!base) return []
  const overrides = Overrides.filter(override => override.LaunchTemplateSpecification ?? override.ImageId).map(
    ({ LaunchTemplateSpecification: own, ImageId }) => defined({ ref: refOf(own) ?? base, imageId: ImageId }),
  )
  return [...new Map([{ ref: base }, ...overrides].map(launch => [JSON.stringify(launch), launch])).values()]
}

const isStaying = ({ LifecycleState }: Instance) => !leaving.test(LifecycleState ?? '')

const instanceOf = (instance: Instance): AutoScalingInstance =>
  defined({
    id: instance.InstanceId ?? '',
    lifecycleState: instance.LifecycleState ?? '',
    imageId: instance.ImageId,
    launchTemplate: refOf(instance.LaunchTemplate),
    launchConfiguration: instance.LaunchConfigurationName,
  })

const refOf = (spec: LaunchTemplateSpecification | undefined) =>
  templateRef(spec?.LaunchTemplateId, spec?.LaunchTemplateName, spec?.Version)
