import { describe, expect, test } from '@jest/globals'
import { sha256Hex } from '../../src/core/sha256.ts'
import { readPowerShell } from '../../src/userdata/powershell.ts'

const shop = { name: 'shop', endpoint: 'https://shop.example', caSha256: sha256Hex('ca-bundle\n') }
const script = String.raw`"C:\Program Files\Amazon\EKS\Start-EKSBootstrap.ps1"`

describe('the arguments of Start-EKSBootstrap.ps1', () => {
  test.each([
    {
      name: 'bare words after a variable',
      text: `<powershell>\n[string]$File = "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"\n& $File -EKSClusterName shop -APIServerEndpoint https://shop.example -Base64ClusterCA Y2EtYnVuZGxlCg== 3>&1\n</powershell>`,
    },
    {
      name: 'strings',
      text: `& ${script} -EKSClusterName 'shop' -APIServerEndpoint "https://shop.example" -Base64ClusterCA 'Y2EtYnVuZGxlCg=='`,
    },
    {
      name: 'lines that go on',
      text: `& ${script} \`\r\n  -EKSClusterName shop \`\r\n  -APIServerEndpoint \`\n 'https://shop.example' -Base64ClusterCA Y2EtYnVuZGxlCg==; exit`,
    },
    {
      name: 'colons and any case',
      text: `& ${script} -eksclustername:shop -apiServerEndpoint:'https://shop.example' -BASE64CLUSTERCA Y2EtYnVuZGxlCg==`,
    },
    {
      name: 'the same call twice',
      text: `if ($a) { & ${script} -EKSClusterName shop -APIServerEndpoint https://shop.example -Base64ClusterCA Y2EtYnVuZGxlCg== }\n& ${script} -EKSClusterName "shop"`,
    },
  ])('are read from $name', ({ text }) => {
    expect(readPowerShell(text)).toEqual({ callsBootstrap: true, cluster: shop })
  })

  test.each([
    { name: 'a variable', argument: '$Name' },
    { name: 'a string with a variable', argument: '"$Name-1"' },
    { name: 'a string with an escape', argument: '"a`tb"' },
    { name: 'a command', argument: '(Get-Name)' },
    { name: 'a command in a string', argument: '"$(Get-Name)"' },
    { name: 'a call on a string', argument: "'shop'.Trim()" },
    { name: 'a word with a string at its end', argument: 'shop"$Stage"' },
    { name: 'the next parameter', argument: '-Verbose' },
    { name: 'a string without an end', argument: "'shop" },
    { name: 'an empty string', argument: "''" },
    { name: 'the end of the line', argument: '\nshop' },
    { name: 'another value in another call', argument: `shop\n& ${script} -EKSClusterName other` },
  ])('are absent where they are computed or not certain: $name', ({ argument }) => {
    expect(readPowerShell(`& ${script} -EKSClusterName ${argument}`)).toEqual({ callsBootstrap: true, cluster: {} })
  })

  test('are what PowerShell makes of doubled quotes', () => {
    expect(readPowerShell("& $File -EKSClusterName 'o''clock'").cluster).toEqual({ name: "o'clock" })
  })
})

describe('no call', () => {
  test.each([
    { name: 'nothing', text: '' },
    { name: 'other commands', text: "[string]$Something = 'else'" },
    { name: 'a comment', text: '# & "C:\\EKS\\Start-EKSBootstrap.ps1" -EKSClusterName shop' },
    { name: 'a block of comment', text: '<#\n& $File -EKSClusterName shop\n#>\nGet-Date' },
    { name: 'a sentence', text: "Write-Host 'never calls Start-EKSBootstrap here'" },
    { name: 'a string over lines', text: "$help = 'usage:\n& $File -EKSClusterName shop'" },
    { name: 'a here-string', text: "$help = @'\nit's\n& $File -EKSClusterName shop\n'@\nGet-Date" },
    { name: 'a here-string that is empty', text: "$help = @'\n'@ # -EKSClusterName shop" },
  ])('in $name', ({ text }) => {
    expect(readPowerShell(text)).toEqual({ callsBootstrap: false, cluster: {} })
  })

  test('and a call after a comment, a string and a here-string', () => {
    const text = `<# a #> $a = "it's \`" # not a comment"\n$b = @"\n"'\n"@\n& $File -EKSClusterName shop`
    expect(readPowerShell(text)).toEqual({ callsBootstrap: true, cluster: { name: 'shop' } })
  })
})

test.each([
  '<#',
  "'",
  '"',
  '`',
  '`\n',
  "@'\n",
  '@"\n',
  '#',
  '# \n',
  '-EKSClusterName ',
  '-EKSClusterName:',
  '""',
  ' ',
  '"a"',
  '(',
  'a\\',
])('a megabyte of %j is read to its end and names no cluster', piece => {
  expect(readPowerShell(piece.repeat(2 ** 20 / piece.length)).cluster).toEqual({})
})
