import { gzipSync } from 'node:zlib'

/** Stands in every planted secret, and nowhere else. Lower case, for media types and TOML keys are lowered. */
const mark = 'xyzzy7f3e9a'

/** A secret whose name tells where it was planted. */
export const secret = (place: string): string => `${mark}${place}`

/** What is sent as user data: text, or bytes that are no text. */
type UserData = string | Uint8Array

const script = (place: string) => `#!/bin/bash -e
# the password is ${secret(`${place}comment`)}
export DB_PASSWORD='${secret(`${place}variable`)}' AWS_SECRET_ACCESS_KEY=${secret(`${place}key`)}
curl -H 'Authorization: Bearer ${secret(`${place}header`)}' http://169.254.169.254/latest/meta-data/${secret(`${place}path`)}
amazon-linux-extras install -y docker ${secret(`${place}package`)}
cat > /etc/docker/${secret(`${place}file`)}.json <<'${secret(`${place}delimiter`)}'
{ "auths": { "registry.example": { "auth": "${secret(`${place}heredoc`)}" } } }
${secret(`${place}delimiter`)}
docker login -u ada -p ${secret(`${place}login`)} registry.example && mount -t nfs ${secret(`${place}host`)}:/ /mnt
/etc/eks/bootstrap.sh shop --container-runtime dockerd --b64-cluster-ca ${btoa(secret(`${place}ca`))} \\
  --kubelet-extra-args '--node-labels=token=${secret(`${place}label`)} --${secret(`${place}flag`)}' \\
  --${secret(`${place}option`)} ${secret(`${place}argument`)} --docker-config-json '{"${secret(`${place}json`)}": {}}'
`

const nodeConfig = (place: string) => `---
# ${secret(`${place}comment`)}
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
metadata: { name: ${secret(`${place}name`)}, ${secret(`${place}key`)}: 1 }
${secret(`${place}top`)}: true
spec:
  cluster: { name: shop, certificateAuthority: ${btoa(secret(`${place}ca`))}, ${secret(`${place}clusterkey`)}: x }
  kubelet:
    config: { maxPods: ${secret(`${place}number`)}, ${secret(`${place}kubelet`)}: { a: ${secret(`${place}value`)} } }
    flags: [ --node-labels=token=${secret(`${place}flag`)}, --${secret(`${place}option`)} ]
  containerd: { config: '[${secret(`${place}toml`)}' }
  instance: { localStorage: { strategy: ${secret(`${place}strategy`)} } }
  featureGates: { ${secret(`${place}gate`)}: true }
`

const cloudConfig = (place: string) =>
  `#cloud-config
# ${secret(`${place}comment`)}
${secret(`${place}key`)}: { a: 1 }
users: [{ name: ${secret(`${place}user`)}, plain_text_passwd: ${secret(`${place}password`)} }]
write_files:
  - { path: /etc/${secret(`${place}path`)}, encoding: b64, content: ${btoa(secret(`${place}content`))} }
yum_repos: { ${secret(`${place}repository`)}: { baseurl: 'https://u:${secret(`${place}url`)}@example.com' } }
packages: [docker, ${secret(`${place}package`)}]
bootcmd: [[sh, -c, "echo ${secret(`${place}bootcmd`)}"]]
runcmd: ["echo ${secret(`${place}runcmd`)} | docker login", [/etc/eks/bootstrap.sh, shop, --${secret(`${place}option`)}]]
`

/** With the line ends and the blank lines that MIME wants, or without the blank ones. */
const mime = (place: string, gap = '\n') => `MIME-Version: 1.0
X-Token: ${secret(`${place}header`)}
Content-Type: multipart/mixed; boundary="${secret(`${place}boundary`)}"; ${secret(`${place}parameter`)}=1

${secret(`${place}preamble`)}
--${secret(`${place}boundary`)}
Content-Type: application/node.eks.aws; name="${secret(`${place}mimename`)}"
Content-Disposition: attachment; filename="${secret(`${place}filename`)}.yaml"
${gap}${nodeConfig(`${place}config`)}
--${secret(`${place}boundary`)}
Content-Type: text/x-shellscript; charset="${secret(`${place}charset`)}"
Content-Transfer-Encoding: ${secret(`${place}transfer`)}

${script(`${place}script`)}
--${secret(`${place}boundary`)}
Content-Type: text/cloud-config

${cloudConfig(`${place}cloud`)}
--${secret(`${place}boundary`)}
Content-Type: text/x-${secret(`${place}subtype`)}

${secret(`${place}unknown`)}
--${secret(`${place}boundary`)}
Content-Type: ${secret(`${place}notype`)}

#include https://example.com/${secret(`${place}include`)}
--${secret(`${place}boundary`)}--
${secret(`${place}epilogue`)}
`

const archive = (place: string) => `#cloud-config-archive
- { type: text/x-${secret(`${place}type`)}, content: ${secret(`${place}content`)}, filename: ${secret(`${place}file`)} }
- "#!/bin/sh\\necho ${secret(`${place}script`)}"
`

const bottlerocket = (place: string) => `# ${secret(`${place}comment`)}
[settings.kubernetes]
"cluster-certificate" = "${btoa(secret(`${place}ca`))}"
"${secret(`${place}key`)}" = "${secret(`${place}value`)}"
[settings.${secret(`${place}table`)}]
motd = ${secret(`${place}broken`)}
`

const powershell = (place: string) => `<powershell>
# ${secret(`${place}comment`)}
$env:PASSWORD = "${secret(`${place}variable`)}"
& "C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1" -EKSClusterName "shop" -Base64ClusterCA "${btoa(secret(`${place}ca`))}" -${secret(`${place}option`)} "${secret(`${place}argument`)}"
</powershell>
<${secret(`${place}tag`)}>true</${secret(`${place}tag`)}>
`

/** User data of every kind, with a secret wherever it has room for one; `place` is where the template stands. */
const kinds: Readonly<Record<string, (place: string) => UserData>> = {
  script,
  mime: place => mime(place),
  gapless: place => mime(place, ''),
  nodeconfig: nodeConfig,
  brokenyaml: place => `${nodeConfig(place)}  ${secret(`${place}indent`)}: [\n${secret(`${place}colon`)}: : {`,
  cloudconfig: cloudConfig,
  brokencloud: place => `${cloudConfig(place)}${secret(`${place}tail`)}: : [`,
  archive,
  include: place => `#include\nhttps://u:${secret(`${place}password`)}@example.com/${secret(`${place}url`)}\n`,
  handler: place => `#part-handler\n${secret(place)} = 1\n`,
  jinja: place => `## template: jinja\n${cloudConfig(place)}{{ ${secret(`${place}jinja`)} }}\n`,
  bottlerocket,
  powershell,
  words: secret,
  twice: place => btoa(script(place)),
  gzip: place => gzipSync(script(place)),
  binary: place => Buffer.concat([Buffer.from([0, 255, 254, 137]), Buffer.from(secret(place))]),
}

/** A template's user data, as EC2 holds it. */
export interface Planted {
  readonly kind: string
  readonly base64: string
}

/** User data of every kind for a template of this use. */
export const plant = (use: string): Planted[] =>
  Object.entries(kinds).map(([kind, write]) => ({
    kind,
    base64: Buffer.from(write(`-${use}-${kind}-`)).toString('base64'),
  }))

const bytes = [...Buffer.from(mark)]

/** How one secret shows when its bytes are written as something else. */
const disguises: Readonly<Record<string, RegExp>> = {
  'in the clear': new RegExp(`${mark}[\\w-]*`, 'gi'),
  'in hex': new RegExp(Buffer.from(mark).toString('hex'), 'gi'),
  'as numbers': new RegExp(
    `\\b${bytes.join('\\b[\\s,]+\\b')}\\b|${bytes.map(byte => `:\\s*${byte}`).join(',\\s*"\\d+"')}`,
    'g',
  ),
  // Inside a longer text it stands on any of the three places of a group.
  'in base64': new RegExp(
    [0, 1, 2].map(shift => btoa(mark.slice(shift, shift + 9)).replace('+', '\\+')).join('|'),
    'g',
  ),
}

/**
 * What of planted user data stands in something that was written.
 * @param planted user data of which a stretch is looked for as well: gzip hides the secrets in it.
 */
export const leaksIn = (written: string | Uint8Array, planted: readonly Planted[] = []): string[] => {
  const text = typeof written === 'string' ? written : Buffer.from(written).toString('latin1')
  const shown = Object.entries(disguises).flatMap(([disguise, pattern]) => {
    return [...new Set(text.match(pattern))].map(found => `${found} ${disguise}`)
  })
  const stretches = planted.filter(({ base64 }) => text.includes(base64.slice(20, 60)))
  return [...shown, ...stretches.map(({ kind }) => `user data of the kind ${kind} in base64`)]
}
