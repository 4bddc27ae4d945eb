import {
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
  DescribeWarmPoolCommand,
} from '@aws-sdk/client-auto-scaling'
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import {
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeRegionsCommand,
  GetInstanceMetadataDefaultsCommand,
} from '@aws-sdk/client-ec2'
import { type IAMClient, ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam'
import { GetParametersCommand } from '@aws-sdk/client-ssm'
import type { ReadsPlace, TriedAction } from '../../core/doctor.ts'
import type { Now } from '../../core/ports.ts'
import { compareText } from '../../core/text.ts'
import type { Ask } from '../ask.ts'
import type { RegionClients } from '../connection.ts'
import { tryClusterReads } from './cluster-reads.ts'
import { notTried, tryAction, tryOn } from './try.ts'

/** Public, so that every role may read it; whether there is such a version is all the same. */
const publicParameter = '/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id'
const fewGroups = 10
const smallestPage = 5
const hourMs = 3_600_000

/** Tries every read that a scan can need in one Region of an account, and changes nothing. */
export const tryReads = async (
  ask: Ask,
  clients: RegionClients,
  iam: IAMClient,
  { cluster, imdsV1Calls }: ReadsPlace,
  now: Now,
): Promise<readonly TriedAction[]> => {
  const tried = await Promise.all([
    tryEc2(ask, clients),
    tryAutoScaling(ask, clients),
    tryClusterReads(ask, clients, cluster),
    tryAction(ask, 'iam:ListOpenIDConnectProviders', () => iam.send(new ListOpenIDConnectProvidersCommand())),
    tryAction(ask, 'ssm:GetParameters', () =>
      clients.ssm().send(new GetParametersCommand({ Names: [publicParameter] })),
    ),
    imdsV1Calls
      ? tryMetrics(ask, clients, now().getTime())
      : notTried('cloudwatch:GetMetricData', 'posture.yaml does not enable node-group-imdsv1-not-called'),
  ])
  return tried.flat().sort((a, b) => compareText(a.action, b.action))
}

/** EC2 says of any call whether it would be allowed, without making it. */
const tryEc2 = (ask: Ask, clients: RegionClients) => {
  const DryRun = true
  const ec2 = clients.ec2()
  const page = { DryRun, MaxResults: smallestPage }
  const bulk = { DryRun, Versions: ['$Default', '$Latest'], MaxResults: smallestPage }
  return Promise.all([
    tryAction(ask, 'ec2:DescribeRegions', () => ec2.send(new DescribeRegionsCommand({ DryRun }))),
    tryAction(ask, 'ec2:GetInstanceMetadataDefaults', () =>
      ec2.send(new GetInstanceMetadataDefaultsCommand({ DryRun })),
    ),
    tryAction(ask, 'ec2:DescribeLaunchTemplates', () => ec2.send(new DescribeLaunchTemplatesCommand(page))),
    tryAction(ask, 'ec2:DescribeLaunchTemplateVersions', () =>
      ec2.send(new DescribeLaunchTemplateVersionsCommand(bulk)),
    ),
    tryAction(ask, 'ec2:DescribeInstances', () => ec2.send(new DescribeInstancesCommand(page))),
    tryAction(ask, 'ec2:DescribeImages', () =>
      ec2.send(new DescribeImagesCommand({ DryRun, Owners: ['self'], MaxResults: smallestPage })),
    ),
  ])
}

/** A few groups, and on what they hold the reads that need a group or an instance. */
const tryAutoScaling = async (ask: Ask, clients: RegionClients): Promise<readonly TriedAction[]> => {
  const autoScaling = clients.autoScaling()
  const [groups, configurations] = await Promise.all([
    tryAction(ask, 'autoscaling:DescribeAutoScalingGroups', () =>
      autoScaling.send(new DescribeAutoScalingGroupsCommand({ MaxRecords: fewGroups })),
    ),
    tryAction(ask, 'autoscaling:DescribeLaunchConfigurations', () =>
      autoScaling.send(new DescribeLaunchConfigurationsCommand({ MaxRecords: 1 })),
    ),
  ])
  const seen = groups.value?.AutoScalingGroups ?? []
  const [group] = seen.flatMap(({ AutoScalingGroupName }) => AutoScalingGroupName ?? [])
  const [instance] = seen.flatMap(({ Instances = [] }) => Instances.flatMap(({ InstanceId }) => InstanceId ?? []))
  const onThem = await Promise.all([
    tryOn(ask, 'autoscaling:DescribeWarmPool', groups, group, 'no Auto Scaling group', AutoScalingGroupName =>
      autoScaling.send(new DescribeWarmPoolCommand({ AutoScalingGroupName, MaxRecords: 1 })),
    ),
    tryOn(
      ask,
      'ec2:DescribeInstanceAttribute',
      groups,
      instance,
      `no instance in the first ${fewGroups} Auto Scaling groups`,
      InstanceId =>
        clients.ec2().send(new DescribeInstanceAttributeCommand({ DryRun: true, InstanceId, Attribute: 'userData' })),
    ),
  ])
  return [groups, configurations, ...onThem]
}

/** One metric that nobody counts: a permission is told all the same. */
const tryMetrics = (ask: Ask, clients: RegionClients, nowMs: number) => {
  const endMs = Math.floor(nowMs / hourMs) * hourMs
  const Metric = { Namespace: 'AWS/EC2', MetricName: 'MetadataNoToken', Dimensions: [] }
  const query = { Id: 'none', MetricStat: { Metric, Period: 3600, Stat: 'Sum' } }
  return tryAction(ask, 'cloudwatch:GetMetricData', () =>
    clients.cloudWatch().send(
      new GetMetricDataCommand({
        StartTime: new Date(endMs - hourMs),
        EndTime: new Date(endMs),
        MetricDataQueries: [query],
      }),
    ),
  )
}
