import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isAtLeast } from '../../src/core/versions.ts'

test.each([
  ['v1.16.2-eksbuild.1', '1.16.2', true],
  ['v1.16.2-eksbuild.10', 'v1.16.2', true],
  ['1.16.2', '1.16.2', true],
  ['v1.16.10', '1.16.9', true],
  ['v1.17.0', '1.16.9', true],
  ['v2.0.0', '1.99.99', true],
  ['v1.16.1-eksbuild.1', '1.16.2', false],
  ['v1.9.9', '1.16.2', false],
  ['v0.99.99', '1.0.0', false],
  // Any suffix but a build of EKS is a pre-release: older than its version, newer than the one before.
  ['1.16.2-rc.1', '1.16.2', false],
  ['1.16.2-eksbuild', '1.16.2', false],
  ['1.16.2-eksbuild.1-dirty', '1.16.2', false],
  ['1.16.3-rc.1', '1.16.2', true],
  ['1.16.2-rc.1', '1.16.2-rc.1', true],
  // Kubernetes versions are two numbers, and numbers they are.
  ['1.31', '1.31', true],
  ['1.31', '1.9', true],
  ['1.9', '1.31', false],
  ['1.31', '1.31.1', false],
  ['1.31.4', '1.31', true],
  ['', '1.16.2', undefined],
  ['latest', '1.16.2', undefined],
  ['1', '1.16.2', undefined],
  ['1.16.2.3', '1.16.2', undefined],
  ['1.16.x', '1.16.2', undefined],
  [' 1.16.2', '1.16.2', undefined],
  ['v1.16.2-', '1.16.2', undefined],
])('%s is at least %s: %s', (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected)
})

const numbers = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99))
const written = (parts: readonly number[]) => parts.join('.')
const asNumber = ([major = 0, minor = 0, patch = 0]: readonly number[]) => major * 10_000 + minor * 100 + patch

test('versions are ordered as their numbers are, whatever build of EKS they are', () => {
  fc.assert(
    fc.property(numbers, numbers, fc.nat(20), (a, b, build) => {
      expect(isAtLeast(`v${written(a)}-eksbuild.${build}`, written(b))).toBe(asNumber(a) >= asNumber(b))
    }),
    { seed: 20261122 },
  )
})
