import type * as z from 'zod'
import { Organization } from '../../src/sandbox/organization.ts'

export const management = '100000000000'
export const hub = '111111111111'
/** The account that faults strike. */
export const payments = '222222222222'
/** Its neighbour, in which nothing may change for that. */
export const retail = '333333333333'
export const home = 'eu-west-1'
export const abroad = 'us-east-1'
export const externalId = 'open-sesame'

export type Faults = NonNullable<z.input<typeof Organization>['faults']>

/** `vanishing`: the cluster shop is listed still and has nothing left; `vanished`: it is gone. */
export type OrganizationState = 'before' | 'after' | 'vanishing' | 'vanished'

/**
 * A hub and two accounts. Between the state before and each other one thing is fixed and one is new, so that a night has
 * something to tell of both.
 */
export const organizationOf = (state: OrganizationState, faults: Faults = []): Organization => {
  const isAfter = state !== 'before'
  return Organization.parse({
    version: 1,
    organization: { id: 'o-faults', management, hub, externalId },
    regions: [home, abroad],
    faults,
    units: {
      Workloads: {
        accounts: {
          [payments]: {
            name: 'payments',
            regions: {
              [home]: {
                instanceMetadataDefaults: { httpTokens: 'required' },
                launchTemplates: {
                  web: {
                    versions: [
                      { metadataOptions: { httpTokens: isAfter ? 'required' : 'optional' } },
                      { metadataOptions: { httpTokens: isAfter ? 'required' : 'optional' } },
                      { metadataOptions: { httpTokens: 'required' } },
                    ],
                  },
                },
                clusters: {
                  ...(state !== 'vanished' && {
                    shop: {
                      version: '1.32',
                      addons: { 'vpc-cni': 'v1.18.5-eksbuild.1' },
                      nodeGroups: state === 'vanishing' ? {} : shopGroups(isAfter),
                    },
                  }),
                },
              },
              [abroad]: { clusters: { edge: { version: '1.32', nodeGroups: { edge: { amiType: amiType(false) } } } } },
            },
          },
          [retail]: {
            name: 'retail',
            regions: {
              [home]: {
                clusters: {
                  store: {
                    version: '1.32',
                    nodeGroups: { till: { amiType: amiType(isAfter) }, back: { amiType: amiType(!isAfter) } },
                  },
                },
              },
            },
          },
        },
      },
    },
  })
}

const amiType = (isNew: boolean) => (isNew ? 'AL2023_x86_64_STANDARD' : 'AL2_x86_64')

const shopGroups = (isAfter: boolean) => ({
  old: { amiType: amiType(isAfter), desiredSize: 1 },
  web: { launchTemplate: 'web:2', desiredSize: 1 },
  ...(isAfter && { late: { amiType: amiType(false), desiredSize: 1 } }),
})
