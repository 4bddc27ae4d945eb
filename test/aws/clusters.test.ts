import { describe, expect, test } from '@jest/globals'
import { coverageOf } from '../../src/core/coverage.ts'
import { readValue } from '../../src/core/read.ts'
import { openMember, type Parts, readMember } from './sandbox.ts'

const issuer = 'https://oidc.eks.eu-west-1.amazonaws.com/id/'
const clusterOf = (cluster: object, rest: object = {}): Parts => ({
  region: { clusters: { shop: { version: '1.31', ...cluster } }, ...rest },
})
const readCluster = async (cluster: object, role: object = {}) => {
  const { inventory, calls } = await readMember({ ...clusterOf(cluster), role })
  const [read] = inventory.clusters.items
  if (!read) throw new Error('there is no cluster')
  return { inventory, calls, cluster: read, detail: readValue(read.detail) }
}

describe('a cluster is read', () => {
  test('with what its nodes must know, its certificate as a digest', async () => {
    const { detail } = await readCluster({ upgradePolicy: { supportType: 'STANDARD' } })
    expect(detail).toMatchObject({
      endpoint: expect.stringMatching(/^https:\/\/.+\.gr7\.eu-west-1\.eks\.amazonaws\.com$/),
      caSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      serviceCidr: '10.100.0.0/16',
      oidcIssuer: expect.stringContaining(issuer),
      supportType: 'STANDARD',
      hybrid: false,
    })
  })

  test.each<[string, object, object]>([
    [
      'the IPv6 range where that is its family',
      { kubernetesNetworkConfig: { ipFamily: 'ipv6', serviceIpv6Cidr: 'fd00::/108' } },
      { serviceCidr: 'fd00::/108' },
    ],
    [
      'nodes outside AWS',
      { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ['10.0.0.0/8'] }] } },
      { hybrid: true },
    ],
    ['EKS Auto Mode', { computeConfig: { enabled: true } }, { autoMode: true }],
  ])('with %s', async (_, written, expected) => {
    expect((await readCluster(written)).detail).toMatchObject(expected)
  })

  test('without what it does not have yet while it is created', async () => {
    const { detail } = await readCluster({ status: 'CREATING' })
    expect(detail).not.toHaveProperty('endpoint')
    expect(detail).not.toHaveProperty('caSha256')
  })

  test('with insights about its upgrade alone', async () => {
    const name = 'Amazon Linux 2 compatibility'
    const insights = [
      { name, kubernetesVersion: '1.32', status: 'ERROR', lastRefreshTime: '2026-11-21T20:00:00Z' },
      { name: 'Cluster health issues', category: 'MISCONFIGURATION', status: 'ERROR' },
    ]
    const { cluster } = await readCluster({ insights })
    expect(cluster.insights).toEqual({
      items: [{ name, status: 'ERROR', kubernetesVersion: '1.32', lastRefreshTime: '2026-11-21T20:00:00.000Z' }],
      failures: [],
    })
  })

  test('with its Fargate profiles by name', async () => {
    const { cluster } = await readCluster({ fargateProfiles: ['web', 'batch'] })
    expect(cluster.fargateProfiles).toEqual({ items: ['batch', 'web'], failures: [] })
  })

  test.each([
    ['none', [], false],
    ['one', [{ namespace: 'web', serviceAccount: 'web' }], true],
  ])('with %s of EKS Pod Identity', async (_, podIdentityAssociations, expected) => {
    const { cluster } = await readCluster({ podIdentityAssociations })
    expect(cluster.podIdentity).toEqual({ ok: true, value: expected })
  })

  test('and of Pod Identity one page tells that there is an association', async () => {
    const podIdentityAssociations = Array.from({ length: 250 }, (_, index) => ({
      namespace: 'web',
      serviceAccount: `s${index}`,
    }))
    const { calls } = await readCluster({ podIdentityAssociations })
    expect(calls['eks:ListPodIdentityAssociations']).toBe(1)
  })

  test('with whether an add-on that may need a role has one of its own', async () => {
    const addonVersion = 'v1'
    const addons = {
      'aws-ebs-csi-driver': { addonVersion, serviceAccountRoleArn: 'arn:aws:iam::222222222222:role/ebs' },
      'aws-efs-csi-driver': { addonVersion, podIdentityAssociations: ['arn:aws:eks:::podidentityassociation/a-1'] },
      'external-dns': { addonVersion },
      coredns: { addonVersion },
    }
    const { cluster, calls } = await readCluster({ addons })
    expect(cluster.addons.items).toEqual([
      { name: 'aws-ebs-csi-driver', detail: { ok: true, value: { version: 'v1', status: 'ACTIVE', ownRole: true } } },
      { name: 'aws-efs-csi-driver', detail: { ok: true, value: { version: 'v1', status: 'ACTIVE', ownRole: true } } },
      { name: 'coredns' },
      { name: 'external-dns', detail: { ok: true, value: { version: 'v1', status: 'ACTIVE', ownRole: false } } },
    ])
    expect(calls['eks:DescribeAddon']).toBe(3)
  })
})

describe('of a cluster what is denied', () => {
  test.each([
    ['eks:ListInsights', (found: Awaited<ReturnType<typeof readCluster>>) => found.cluster.insights.failures],
    [
      'eks:ListFargateProfiles',
      (found: Awaited<ReturnType<typeof readCluster>>) => found.cluster.fargateProfiles.failures,
    ],
    ['eks:ListPodIdentityAssociations', (found: Awaited<ReturnType<typeof readCluster>>) => found.inventory.failures],
  ])('by %s is one failure that names the cluster', async (action, failuresIn) => {
    const found = await readCluster({}, { deny: [action] })
    expect(failuresIn(found)).toEqual([expect.objectContaining({ action, resource: 'shop', class: 'denied' })])
    expect(coverageOf(found.inventory)).toMatchObject({ status: 'partial', failures: { length: 1 } })
  })

  test('of Pod Identity is not known', async () => {
    const { cluster } = await readCluster({}, { deny: ['eks:ListPodIdentityAssociations'] })
    expect(cluster.podIdentity).toMatchObject({ ok: false, action: 'eks:ListPodIdentityAssociations' })
  })
})

describe('the OIDC providers of IAM', () => {
  test('stand in the inventory of a Region with clusters', async () => {
    const { inventory } = await readMember(clusterOf({ openIdConnectProvider: true }))
    expect(inventory.oidcProviders).toEqual({
      ok: true,
      value: [expect.stringMatching(/^arn:aws:iam::222222222222:oidc-provider\/oidc\.eks\.eu-west-1\./)],
    })
  })

  test('are not asked for in a Region without', async () => {
    const { inventory, calls } = await readMember({ region: {} })
    expect(inventory).not.toHaveProperty('oidcProviders')
    expect(calls).not.toHaveProperty('iam:ListOpenIDConnectProviders')
  })

  test('are asked for once, however many Regions have clusters', async () => {
    const { reader, callsMade } = await openMember(clusterOf({ openIdConnectProvider: true }))
    await Promise.all([reader.readRegion('eu-west-1'), reader.readRegion('eu-west-1')])
    expect(callsMade()['iam:ListOpenIDConnectProviders']).toBe(1)
  })

  test('that are denied are a failure of each such Region', async () => {
    const { inventory } = await readCluster({}, { deny: ['iam:*'] })
    expect(inventory.oidcProviders).toMatchObject({ ok: false, action: 'iam:ListOpenIDConnectProviders' })
    expect(inventory.failures).toMatchObject([{ action: 'iam:ListOpenIDConnectProviders', class: 'denied' }])
  })
})
