/** User data that was made to cost time or memory. */
export interface Hostile {
  readonly name: string
  readonly make: () => Uint8Array
}

/** Six times what EC2 takes, and just below the 96 KiB from which on nothing is read. */
export const size = 98_000

const bytesOf = (text: string) => new TextEncoder().encode(text)

const head = {
  nothing: '',
  script: '#!/bin/bash\n',
  'call of bootstrap.sh': '#!/bin/bash\n/etc/eks/bootstrap.sh demo --kubelet-extra-args ',
  'quoted argument': "#!/bin/bash\n/etc/eks/bootstrap.sh demo --kubelet-extra-args '",
  'cloud-config': '#cloud-config\n',
  'command of cloud-config': '#cloud-config\nruncmd:\n  - ',
  archive: '#cloud-config-archive\n',
  NodeConfig: 'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n    config: ',
  'containerd.config':
    'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  containerd:\n    config: |\n      ',
  'JSON NodeConfig': '{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":',
  'MIME head': 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=',
  'MIME headers': 'MIME-Version: 1.0\n',
  'MIME body': 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n',
  'MIME part':
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: application/node.eks.aws\n\n',
  'quoted-printable part':
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Transfer-Encoding: quoted-printable\nContent-Type: application/node.eks.aws\n\n',
  'MIME shell part':
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/x-shellscript\n\n#!/bin/bash\n',
  PowerShell: '<powershell>\n',
  TOML: '[settings.kubernetes]\n',
  'TOML value': '[settings.kubernetes]\na = ',
} as const

const tokens: readonly string[] = [
  ...[
    '[',
    '{',
    '(',
    '$(',
    '`',
    '${',
    '$((',
    '<(',
    '"$(',
    "'",
    '"',
    '"\\',
    '\\',
    '\\\n',
    '<<A\n',
    '<<',
    '<<-A ',
    'if ',
    'case a in ',
    '((',
    '{ ',
  ],
  ...[
    '- ',
    '-\n',
    '? ',
    ': ',
    'a: ',
    'a:\n',
    '  ',
    ' ',
    '\t',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    ' \n',
    '&a ',
    '*a ',
    '!!a ',
    '! ',
    '<<: *a\n',
    '|\n',
    '>\n ',
    '---\n',
    '...\n',
    '%A\n',
    '#',
    '# ',
    ' #\n',
  ],
  ...[
    '--B\n',
    '--B',
    '--B--',
    '--',
    '-',
    'B',
    '\n--',
    'a:b\n',
    ' a\n',
    ';',
    '; a=b',
    '; a="',
    '=',
    '=\n',
    '=4',
    '=3D',
    '\\"',
    ',',
  ],
  ...[
    'a',
    'a ',
    'a\n',
    'aa=',
    'a=b ',
    'a;',
    'a|',
    'a&',
    '&&',
    '>a ',
    '$a',
    '$',
    '#!/bin/bash\n',
    '/etc/eks/bootstrap.sh ',
    '/etc/eks/bootstrap.sh a\n',
    '--a ',
    '--a=b ',
    'docker ',
    'curl 169.254.169.254\n',
  ],
  ...[
    'a.b.',
    '[a]\n',
    '[[a]]\n',
    '[a.',
    'a=1\n',
    '"""',
    "'''",
    '[1,',
    '{a=',
    '{"a":',
    '[{',
    '"a":1,',
    '\0',
    '\u2028',
    '\ufeff',
    'é',
    '😀',
    '<powershell>',
    '</powershell>',
    '$(-',
    '@"\n',
    '<#',
    '1',
    '0',
    '.',
    '_',
    '1e',
    '+',
    '/',
    '~',
    '|',
    'YQ==',
  ],
]

/** Every token after every head, again and again up to so many characters. */
export const repeated: readonly { readonly name: string; readonly make: (characters: number) => Uint8Array }[] =
  Object.entries(head).flatMap(([where, start]) =>
    tokens.map(token => ({
      name: `${JSON.stringify(token)} again and again in ${where}`,
      make: characters => bytesOf(start + token.repeat(Math.ceil(characters / token.length)).slice(0, characters)),
    })),
  )

const nestedMime = () => {
  const depth = 2_000
  const heads = Array.from(
    { length: depth },
    (_, at) => `Content-Type: multipart/mixed; boundary="b${at}"\n\n--b${at}\n`,
  )
  return bytesOf(`MIME-Version: 1.0\n${heads.join('')}`)
}

const inBase64 = (bytes: Uint8Array) => bytesOf(btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join('')))

const aliases = () => {
  const levels = Array.from(
    { length: 30 },
    (_, at) => `a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`).join(', ')}]\n`,
  )
  return `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${levels.join('')}`
}

const merges = () => {
  const levels = Array.from(
    { length: 20 },
    (_, at) => `a${at + 1}: &a${at + 1} {<<: [${Array(10).fill(`*a${at}`).join(', ')}], k${at}: 1}\n`,
  )
  return `a0: &a0 {x: 1}\n${levels.join('')}`
}

const stairs = () => Array.from({ length: 480 }, (_, at) => `${' '.repeat(at)}a:\n`).join('')

const manyParts = () =>
  `${head['MIME body']}${'--B\nContent-Type: application/node.eks.aws\n\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n'.repeat(1_100)}--B--\n`

const manyKeys = (line: (at: number) => string) => {
  let text = ''
  for (let at = 0; text.length < size - 500; at++) text += line(at)
  return text
}

/** The cases that are more than one token again and again. */
export const hostile: readonly Hostile[] = [
  { name: 'an alias bomb', make: () => bytesOf(aliases() + head.NodeConfig) },
  { name: 'an alias bomb in cloud-config', make: () => bytesOf(`#cloud-config\n${aliases()}runcmd: *a30\n`) },
  { name: 'an alias bomb in a NodeConfig', make: () => bytesOf(`${aliases()}${head.NodeConfig}*a30\n`) },
  { name: 'a bomb of merge keys', make: () => bytesOf(`${merges()}${head.NodeConfig}*a20\n`) },
  { name: 'an alias of itself', make: () => bytesOf(`#cloud-config\nruncmd: &a [*a]\n`) },
  { name: 'lines each deeper than the one before', make: () => bytesOf(stairs()) },
  {
    name: 'lines each deeper than the one before in cloud-config',
    make: () => bytesOf(head['cloud-config'] + stairs()),
  },
  { name: 'multiparts within multiparts', make: nestedMime },
  { name: 'multiparts within multiparts in base64', make: () => inBase64(nestedMime()) },
  { name: 'thousands of NodeConfigs', make: () => bytesOf(manyParts()) },
  {
    name: 'many keys',
    make: () => bytesOf(head.NodeConfig.replace('config: ', 'config:\n') + manyKeys(at => `      k${at}: 1\n`)),
  },
  { name: 'many keys of cloud-config', make: () => bytesOf(head['cloud-config'] + manyKeys(at => `k${at}: 1\n`)) },
  {
    name: 'many commands of cloud-config',
    make: () => bytesOf(`#cloud-config\nruncmd:\n${manyKeys(at => `  - ls ${at}\n`)}`),
  },
  { name: 'many anchors', make: () => bytesOf(manyKeys(at => `k${at}: &a${at} 1\n`)) },
  { name: 'many headers', make: () => bytesOf(`${head['MIME headers']}${manyKeys(at => `K${at}: 1\n`)}\n`) },
  { name: 'many parameters', make: () => bytesOf(`${head['MIME head']}B${manyKeys(at => `; k${at}=1`)}\n\n`) },
  { name: 'many here-documents', make: () => bytesOf(`#!/bin/bash\n${manyKeys(at => `cat <<E${at}\n`)}`) },
  { name: 'many here-documents in one line', make: () => bytesOf(`#!/bin/bash\ncat ${manyKeys(at => `<<E${at} `)}\n`) },
  { name: 'many tables', make: () => bytesOf(head.TOML + manyKeys(at => `[t${at}]\n`)) },
  {
    name: 'many calls of bootstrap.sh',
    make: () => bytesOf(`#!/bin/bash\n${manyKeys(at => `/etc/eks/bootstrap.sh a${at}\n`)}`),
  },
  { name: 'UTF-16', make: () => new Uint8Array(Buffer.from(`\ufeff${head.script}`, 'utf16le')) },
  { name: 'lone surrogates in UTF-8', make: () => new Uint8Array([0xed, 0xa0, 0x80, 0x0a, 0xed, 0xbf, 0xbf]) },
  { name: 'lone surrogates as escapes', make: () => bytesOf(`${head.NodeConfig}"\\ud800"\n`) },
  { name: 'nothing but NUL', make: () => new Uint8Array(size) },
  { name: 'nothing but 0xff', make: () => new Uint8Array(size).fill(0xff) },
]
