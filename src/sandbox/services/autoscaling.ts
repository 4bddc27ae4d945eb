import * as z from 'zod'
import { type Action, action, flag, pageOf, wholeNumber } from '../action.ts'
import type { GroupOnWire } from '../auto-scaling-groups.ts'
import { launchConfigurationOnWire } from '../launch-configurations.ts'
import { RefusalError } from '../refusal.ts'

const pageSize = 50
const maxPageSize = 100
const warmPoolPageSize = 50

const Filter = z.strictObject({
  Name: z.string().regex(/^(tag-key|tag-value|tag:.+)$/, { error: 'is no filter that the sandbox knows' }),
  Values: z.array(z.string()),
})

const DescribeAutoScalingGroups = z.strictObject({
  AutoScalingGroupNames: z.array(z.string()).default([]),
  Filters: z.array(Filter).default([]),
  IncludeInstances: flag.default(true),
  IncludeManagedResources: flag.optional(),
  MaxRecords: wholeNumber(1, maxPageSize).default(pageSize),
  NextToken: z.string().optional(),
})

const passes = ({ Tags }: GroupOnWire, { Name, Values }: z.output<typeof Filter>) =>
  Tags.some(({ Key, Value }) => {
    if (Name === 'tag-key') return Values.includes(Key)
    return Values.includes(Value) && (Name === 'tag-value' || Name === `tag:${Key}`)
  })

const DescribeWarmPool = z.strictObject({
  AutoScalingGroupName: z.string(),
  MaxRecords: wholeNumber(1, warmPoolPageSize).default(warmPoolPageSize),
  NextToken: z.string().optional(),
})

const DescribeLaunchConfigurations = z.strictObject({
  LaunchConfigurationNames: z.array(z.string()).max(50).default([]),
  MaxRecords: wholeNumber(1, maxPageSize).default(pageSize),
  NextToken: z.string().optional(),
})

/** Amazon EC2 Auto Scaling. A name that is not there is left out of the answer, as AWS does. */
export const autoscaling: Readonly<Record<string, Action>> = {
  DescribeAutoScalingGroups: action(DescribeAutoScalingGroups, (input, call) => {
    const names = new Set(input.AutoScalingGroupNames)
    const groups = call
      .here()
      .autoScalingGroups.map(({ onWire }) => onWire)
      .filter(({ AutoScalingGroupName }) => names.size === 0 || names.has(AutoScalingGroupName))
      .filter(group => input.Filters.every(filter => passes(group, filter)))
    const { items, next } = pageOf(groups, input.NextToken, input.MaxRecords)
    return {
      AutoScalingGroups: input.IncludeInstances ? items : items.map(group => ({ ...group, Instances: [] })),
      NextToken: next,
    }
  }),

  DescribeWarmPool: action(DescribeWarmPool, ({ AutoScalingGroupName: name, NextToken, MaxRecords }, call) => {
    const group = call.here().autoScalingGroups.find(({ onWire }) => onWire.AutoScalingGroupName === name)
    if (!group) {
      throw new RefusalError({ code: 'ValidationError', status: 400 }, 'AutoScalingGroup name not found - null')
    }
    const { items, next } = pageOf(group.warmPool?.Instances ?? [], NextToken, MaxRecords)
    return { WarmPoolConfiguration: group.warmPool?.WarmPoolConfiguration, Instances: items, NextToken: next }
  }),

  DescribeLaunchConfigurations: action(DescribeLaunchConfigurations, (input, call) => {
    const { place } = call.here()
    const names = new Set(input.LaunchConfigurationNames)
    const asked = Object.entries(place.region.launchConfigurations).filter(
      ([name]) => names.size === 0 || names.has(name),
    )
    const { items, next } = pageOf(asked, input.NextToken, input.MaxRecords)
    return {
      LaunchConfigurations: items.map(([name, written]) => launchConfigurationOnWire(place, name, written)),
      NextToken: next,
    }
  }),
}
