import { type GroupModel, groupOnWire, mixedInstances, sizesOf } from './auto-scaling-groups.ts'
import { pastSecondsOf, uuidOf } from './ids.ts'
import type { VisibleImage } from './images.ts'
import { choiceOf, copyOf, currentSource, keyOf, type Managed, type Source, sourceOf } from './node-group-copies.ts'
import { arnIn, type Place } from './place.ts'
import type { Cluster, NodeGroup, Nodes } from './schema.ts'
import { idOfTemplate, type Template, versionOf } from './templates.ts'

/** A managed node group: what EKS answers, and what EKS made for it in EC2 and Auto Scaling. */
export interface ManagedGroup {
  readonly nodegroup: object
  readonly copy: Template
  readonly autoScalingGroup: GroupModel
  /** The images of AWS's that the copy holds. */
  readonly images: readonly VisibleImage[]
}

/**
 * A managed node group as EKS makes it: an Auto Scaling group and a launch template of EKS's own that share one UUID.
 * Nodes that differ from the group run an older version of that template.
 */
export const managedGroupOf = (
  place: Place,
  clusterName: string,
  cluster: Cluster,
  name: string,
  group: NodeGroup,
): ManagedGroup => {
  const uuid = uuidOf('nodegroup', place.accountId, place.name, clusterName, name)
  const managed = { place, clusterName, cluster, name, group, uuid }
  const nodes = group.nodes ?? [{ count: sizesOf(group).desiredSize, lifecycleState: 'InService' }]
  const sources = sourcesOf(managed, nodes)
  const copy = copyOf(managed, sources)
  return {
    nodegroup: describeNodegroup(managed),
    copy,
    autoScalingGroup: autoScalingGroupOf(managed, nodes, sources, copy),
    images: sources.flatMap(source => choiceOf(place, source).published ?? []),
  }
}

/** Each source once, the current one last: EKS adds versions and never goes back. */
const sourcesOf = (managed: Managed, nodes: readonly Nodes[]): Source[] => {
  const current = currentSource(managed)
  const older = nodes.map(node => sourceOf(managed, node)).filter(source => keyOf(source) !== keyOf(current))
  return [...new Map([...older, current].map(source => [keyOf(source), source])).values()]
}

const groupNameOf = ({ name, uuid }: Managed) => `eks-${name}-${uuid}`

const autoScalingGroupOf = (managed: Managed, nodes: readonly Nodes[], sources: readonly Source[], copy: Template) => {
  const { place, clusterName, name, group } = managed
  const specificationOf = (source: Source) => ({
    LaunchTemplateId: copy.id,
    LaunchTemplateName: copy.name,
    Version: String(sources.findIndex(other => keyOf(other) === keyOf(source)) + 1),
  })
  const instanceTypes = instanceTypesOf(managed)
  const usualType = instanceTypes[0] ?? copy.versions.at(-1)?.instanceType ?? defaultInstanceType
  return groupOnWire(
    place,
    groupNameOf(managed),
    mixedInstances(
      specificationOf(currentSource(managed)),
      instanceTypes.map(InstanceType => ({ InstanceType })),
    ),
    sizesOf(group),
    {
      'eks:cluster-name': clusterName,
      'eks:nodegroup-name': name,
      'k8s.io/cluster-autoscaler/enabled': 'true',
      [`k8s.io/cluster-autoscaler/${clusterName}`]: 'owned',
      [`kubernetes.io/cluster/${clusterName}`]: 'owned',
    },
    nodes.map(node => ({
      count: node.count,
      lifecycleState: node.lifecycleState,
      instanceType: node.instanceType ?? usualType,
      launchTemplate: specificationOf(sourceOf(managed, node)),
      tags: { 'aws:eks:cluster-name': clusterName },
      written: node,
    })),
  )
}

const defaultInstanceType = 't3.medium'

const instanceTypesOf = ({ place, group }: Managed) => {
  if (group.instanceTypes) return group.instanceTypes
  const template = versionOf(place.region.launchTemplates, group.launchTemplate)
  return template?.version.instanceType ? [] : [defaultInstanceType]
}

const describeNodegroup = (managed: Managed) => {
  const { place, clusterName, name, group, uuid } = managed
  const current = currentSource(managed)
  const { amiType, releaseVersion } = choiceOf(place, current)
  const template = versionOf(place.region.launchTemplates, group.launchTemplate)
  const createdAt = pastSecondsOf(place.organization.now, place.accountId, place.name, clusterName, name)
  return {
    nodegroupName: name,
    nodegroupArn: arnIn(place, 'eks', `nodegroup/${clusterName}/${name}/${uuid}`),
    clusterName,
    version: current.version,
    releaseVersion,
    createdAt,
    modifiedAt: createdAt,
    status: group.status,
    capacityType: group.capacityType,
    scalingConfig: sizesOf(group),
    instanceTypes: instanceTypesOf(managed),
    amiType,
    nodeRole: `arn:aws:iam::${place.accountId}:role/eks-node`,
    labels: group.labels,
    taints: group.taints,
    resources: { autoScalingGroups: [{ name: groupNameOf(managed) }] },
    diskSize: template ? undefined : 20,
    health: group.health,
    updateConfig: { maxUnavailable: 1 },
    launchTemplate: template && {
      name: template.name,
      id: place.region.launchTemplates[template.name]?.id ?? idOfTemplate(place, template.name),
      version: String(template.number),
    },
    tags: group.tags,
  }
}
