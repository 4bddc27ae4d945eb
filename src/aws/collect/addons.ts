import { DescribeAddonCommand, type Addon as Described, ListAddonsCommand } from '@aws-sdk/client-eks'
import { usesNodeCredentials } from '../../core/dependants.ts'
import type { Addon } from '../../core/inventory.ts'
import type { Collected } from '../../core/read.ts'
import { eachOf, failuresOf, listAll, none, readOf } from '../ask.ts'
import type { RegionAccess } from './access.ts'

/** The add-ons of a cluster; those that no check asks about by name alone. */
export const readAddons = async (access: RegionAccess, clusterName: string): Promise<Collected<Addon>> => {
  const { ask, clients } = access
  const listed = await listAll(
    ask,
    'eks:ListAddons',
    async nextToken => {
      const page = await clients.eks().send(new ListAddonsCommand({ clusterName, nextToken }))
      return { items: page.addons, next: page.nextToken }
    },
    clusterName,
  )
  return eachOf(listed, name => readAddon(access, clusterName, name))
}

const isAskedAbout = (name: string) => name === 'vpc-cni' || usesNodeCredentials(name)

const readAddon = async (access: RegionAccess, clusterName: string, addonName: string): Promise<Collected<Addon>> => {
  if (!isAskedAbout(addonName)) return { items: [{ name: addonName }], failures: [] }

  const answer = await access.ask(
    'eks:DescribeAddon',
    () => access.clients.eks().send(new DescribeAddonCommand({ clusterName, addonName })),
    `${clusterName}/${addonName}`,
  )
  if (answer.status === 'gone') return none
  const detail = readOf(answer, ({ addon = {} }) => detailOf(addon))
  return { items: [{ name: addonName, detail }], failures: failuresOf(answer) }
}

const detailOf = ({ addonVersion, status, serviceAccountRoleArn, podIdentityAssociations = [] }: Described) => ({
  version: addonVersion ?? '',
  status: status ?? '',
  ownRole: Boolean(serviceAccountRoleArn) || podIdentityAssociations.length > 0,
})
