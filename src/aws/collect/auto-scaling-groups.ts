import {
  DescribeAutoScalingGroupsCommand,
  type AutoScalingGroup as Described,
  DescribeWarmPoolCommand,
  type Instance,
  type LaunchTemplateSpecification,
  type WarmPoolConfiguration,
} from '@aws-sdk/client-auto-scaling'
import type { AutoScalingGroup, AutoScalingInstance } from '../../core/inventory.ts'
import { clusterNames } from '../../core/ownership.ts'
import { type Collected, type Failure, known, notRead } from '../../core/read.ts'
import { joined, listAll } from '../ask.ts'
import type { RegionAccess } from './access.ts'
import { defined, sortedBy, tagsOf, templateRef } from './shape.ts'

const pageSize = 100
const leaving = /^(?:Warmed:)?(?:Terminat|Detach)/

/** Groups, and the failures of reading their warm pools, which leave the list itself complete. */
export interface AutoScalingGroups {
  readonly groups: Collected<AutoScalingGroup>
  readonly poolFailures: readonly Failure[]
}

/**
 * Every Auto Scaling group of the Region with its instances. DescribeAutoScalingGroups leaves out the warm pool, so a
 * group that has one and carries a cluster's tag costs a read more.
 */
export const readAutoScalingGroups = async (access: RegionAccess): Promise<AutoScalingGroups> => {
  const { ask, clients } = access
  const { items, failures } = await listAll(ask, 'autoscaling:DescribeAutoScalingGroups', async NextToken => {
    const input = { NextToken, MaxRecords: pageSize }
    const page = await clients.autoScaling().send(new DescribeAutoScalingGroupsCommand(input))
    return { items: page.AutoScalingGroups, next: page.NextToken }
  })
  const pooled = await Promise.all(
    items.map(group => withWarmPool(access, groupOf(group), group.WarmPoolConfiguration)),
  )
  const { items: groups, failures: poolFailures } = joined(pooled)
  return { groups: { items: sortedBy(groups, ({ name }) => name), failures }, poolFailures }
}

const withWarmPool = async (
  { ask, clients }: RegionAccess,
  group: AutoScalingGroup,
  configuration: WarmPoolConfiguration | undefined,
): Promise<Collected<AutoScalingGroup>> => {
  if (!configuration || clusterNames(group).length === 0) return { items: [group], failures: [] }

  const action = 'autoscaling:DescribeWarmPool'
  const page = async (NextToken: string | undefined) => {
    const input = { AutoScalingGroupName: group.name, NextToken }
    const answer = await clients.autoScaling().send(new DescribeWarmPoolCommand(input))
    return { items: answer.Instances, next: answer.NextToken }
  }
  const { items, failures } = await listAll(ask, action, page, group.name)
  const [failure] = failures
  const warmPool = failure ? notRead(action, failure.reason) : known(instancesOf(items))
  return { items: [{ ...group, warmPool }], failures }
}

const groupOf = (group: Described): AutoScalingGroup =>
  defined({
    name: group.AutoScalingGroupName ?? '',
    arn: group.AutoScalingGroupARN ?? '',
    launchConfiguration: group.LaunchConfigurationName,
    instanceTypes: instanceTypesOf(group),
    launchTemplates: launchTemplatesOf(group),
    instances: instancesOf(group.Instances ?? []),
    tags: tagsOf(group.Tags),
  })

const instanceTypesOf = ({ MixedInstancesPolicy }: Described) => {
  const { Overrides = [] } = MixedInstancesPolicy?.LaunchTemplate ?? {}
  return [...new Set(Overrides.flatMap(({ InstanceType }) => InstanceType ?? []))].sort()
}

/** The base, and every override that changes what is launched; overrides of one template and AMI are one. */
const launchTemplatesOf = ({ LaunchTemplate, MixedInstancesPolicy }: Described) => {
  const { LaunchTemplateSpecification = LaunchTemplate, Overrides = [] } = MixedInstancesPolicy?.LaunchTemplate ?? {}
  const base = refOf(LaunchTemplateSpecification)
  if (!base) return []
  const overrides = Overrides.filter(override => override.LaunchTemplateSpecification ?? override.ImageId).map(
    ({ LaunchTemplateSpecification: own, ImageId }) => defined({ ref: refOf(own) ?? base, imageId: ImageId }),
  )
  // With overrides, the base starts only what an override without a template of its own asks for.
  const startsFromBase = Overrides.length === 0 || Overrides.some(override => !override.LaunchTemplateSpecification)
  return [
    ...new Map(
      [...(startsFromBase ? [{ ref: base }] : []), ...overrides].map(launch => [JSON.stringify(launch), launch]),
    ).values(),
  ]
}

const instancesOf = (instances: readonly Instance[]) =>
  sortedBy(instances.filter(isStaying).map(instanceOf), ({ id }) => id)

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
