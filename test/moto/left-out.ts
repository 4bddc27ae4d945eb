// Questions that are not asked at all, because moto 5.2 is known to answer them wrongly or not:
// - ListAddons, DescribeAddon, GetInstanceMetadataDefaults, public parameters of EKS and Bottlerocket: there are none.
// - DescribeRegions: a list of its own, AllRegions is ignored.
// - DescribeLaunchTemplates by an id that does not exist: an empty list, where AWS refuses.
// - DescribeLaunchTemplates and DescribeLaunchTemplateVersions in pages: cut short without a token.
// - DescribeLaunchTemplateVersions with ResolveAlias: ignored.
// - ListAccounts from a member account: an empty list, where AWS refuses.
// - AssumeRole of a role that does not exist or does not trust the hub: granted.
// - ListNodegroups of a cluster and DescribeWarmPool of a group that does not exist, a page token that nobody gave, a
//   page that is too large: HTTP 500 and no answer.
// - GetParameters with more than ten names: the code is the same, the words are a validator's.
// - DescribeInstances by metadata options, with two filters of one name, of two ids that do not exist, in pages of 4: an
//   error that is no answer, the last filter alone, one of the ids, no refusal.
// - DescribeInstances of what a launch template sets: it does not take metadata options from one.
// - ListFargateProfiles of a cluster that does not exist: HTTP 500 and no answer.
// - ListInsights, DescribeInsight, ListPodIdentityAssociations, DescribeClusterVersions: there are none.
// - GetMetricData of EC2's own metrics: there are none, because no instance of moto's is ever called.
// - What EKS makes for a managed node group in EC2 and Auto Scaling: nothing.

/**
 * What same-answers.test.ts does not compare, each field with its reason. A field that turns out to be the same in both
 * answers has to leave this list.
 */
export const leftOut: Readonly<Record<string, readonly string[]>> = {
  'made at random, or by a rule of its own': [
    'Credentials.SecretAccessKey',
    'Credentials.SessionToken',
    'cluster.certificateAuthority.data',
    'cluster.endpoint',
    'cluster.identity.oidc.issuer',
    'AutoScalingGroups.Instances.AvailabilityZone',
  ],
  'moto is behind AWS: Status was retired on 2026-09-09, Paths and Path came in its place': [
    'Accounts.Status',
    'Accounts.Paths',
    'OrganizationalUnit.Path',
  ],
  'moto answers the same whatever it was asked for: AWS names the release, or the AMI of a custom image': [
    'nodegroup.releaseVersion',
  ],
  'moto says so beside a launch template too, where AWS leaves it out': ['nodegroup.diskSize'],
  'moto names the group eks-<uuid>; EKS writes the name of the node group in between': [
    'nodegroup.resources.autoScalingGroups.name',
  ],
  'moto puts the tags of a launch template into its first version as well': [
    'LaunchTemplateVersions.LaunchTemplateData.TagSpecifications',
  ],
  'moto repeats an override as it was sent, without the name that AWS adds to the id': [
    'AutoScalingGroups.MixedInstancesPolicy.LaunchTemplate.Overrides.LaunchTemplateSpecification.LaunchTemplateName',
  ],
  'moto does not keep what RegisterImage says of it': [
    'Images.Architecture',
    'Images.RootDeviceType',
    'Images.VirtualizationType',
  ],
  'moto says what was left out, AWS what is so by default': [
    'LaunchConfigurations.AssociatePublicIpAddress',
    'LaunchConfigurations.InstanceMonitoring',
  ],
  'moto leaves out what AWS tells as empty': [
    'LaunchConfigurations.ClassicLinkVPCSecurityGroups',
    'LaunchConfigurations.KernelId',
    'LaunchConfigurations.KeyName',
    'LaunchConfigurations.RamdiskId',
  ],
  'moto has no such field yet': [
    'LaunchTemplates.Operator',
    'LaunchTemplateVersions.Operator',
    'Parameters.Selector',
    'cluster.accessConfig',
    'cluster.health',
    'cluster.kubernetesNetworkConfig.elasticLoadBalancing',
    'cluster.upgradePolicy',
    'nodegroup.updateConfig',
  ],
  'the sandbox leaves it out or has one value for it, because nothing here reads it': [
    'PackedPolicySize',
    'AutoScalingGroups.CapacityRebalance',
    'AutoScalingGroups.EnabledMetrics',
    'AutoScalingGroups.HealthCheckGracePeriod',
    'AutoScalingGroups.LoadBalancerNames',
    'AutoScalingGroups.MixedInstancesPolicy.InstancesDistribution.SpotInstancePools',
    'AutoScalingGroups.NewInstancesProtectedFromScaleIn',
    'AutoScalingGroups.ServiceLinkedRoleARN',
    'AutoScalingGroups.SuspendedProcesses',
    'AutoScalingGroups.TargetGroupARNs',
    'AutoScalingGroups.TerminationPolicies',
    'Images.BlockDeviceMappings',
    'Images.BootMode',
    'Images.ProductCodes',
    'Images.Public',
    'Images.RootDeviceName',
    'Images.Tags',
    'cluster.clientRequestToken',
    'cluster.encryptionConfig',
    'cluster.logging',
    'cluster.platformVersion',
    'cluster.resourcesVpcConfig',
    'nodegroup.remoteAccess',
    'nodegroup.resources.remoteAccessSecurityGroup',
    'nodegroup.subnets',
  ],
}

const fields = Object.values(leftOut).flat()

/** The entry of the list that covers a field of an answer, such as `[0].Accounts[2].Status`; undefined for a field that is compared. */
export const entryFor = (field: string): string | undefined => {
  const name = field.replace(/\[\d+\]/g, '').replace(/^\./, '')
  return fields.find(left => name === left || name.startsWith(`${left}.`))
}
