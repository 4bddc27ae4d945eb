import type { ClusterFacts } from './clusters.ts'
import type { Family } from './images.ts'

const maxBytes = 16_384

/** What is wrong with user data that EC2 refuses: it takes 16 KB, counted before they are put in base64. */
export const tooLong = ({ length }: Uint8Array): string | undefined =>
  length > maxBytes ? `is ${length} bytes of user data, and EC2 takes ${maxBytes}` : undefined

/**
 * The user data in EKS's own copy of a launch template, where EKS chose the image: the user's parts with EKS's bootstrap
 * last on AL2, first on AL2023. What EKS writes for AL2 has no blank line between the part's header and its script, as
 * seen in terraform-aws-modules/terraform-aws-eks#2297; cloud-init reads it, a strict MIME parser does not.
 */
export const mergedUserData = (family: Family, user: string | undefined, cluster: ClusterFacts): string => {
  const parts = user ? partsOf(user) : []
  if (family === 'AL2') return mime([...parts, al2Part(cluster)])
  if (family === 'AL2023') return mime([nodeConfigPart(cluster), ...parts])
  if (family === 'BOTTLEROCKET') return [user, bottlerocketSettings(cluster)].filter(Boolean).join('\n')
  return windowsScript(cluster)
}

const mime = (parts: readonly string[]) =>
  `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n${parts.map(part => `--//\n${part}\n`).join('')}--//--\n`

/** EKS refuses user data that is not MIME multipart beside an image of its own, so other text has no parts here. */
const partsOf = (text: string) => {
  const boundary = /boundary="?([^"\n;]+)"?/i.exec(text)?.[1]
  if (boundary === undefined) return []
  return text
    .split(`--${boundary}`)
    .slice(1)
    .filter(part => !part.startsWith('--'))
    .map(part => part.trim())
}

const al2Part = ({
  name,
  endpoint,
  certificateAuthority,
}: ClusterFacts) => `Content-Type: text/x-shellscript; charset="us-ascii"
#!/bin/bash
set -ex
B64_CLUSTER_CA=${certificateAuthority}
API_SERVER_URL=${endpoint}
/etc/eks/bootstrap.sh ${name} --kubelet-extra-args '--node-labels=eks.amazonaws.com/capacityType=ON_DEMAND --max-pods=29' --b64-cluster-ca $B64_CLUSTER_CA --apiserver-endpoint $API_SERVER_URL --use-max-pods false`

const nodeConfigPart = ({
  name,
  endpoint,
  certificateAuthority,
  cidr,
}: ClusterFacts) => `Content-Type: application/node.eks.aws

---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: ${name}
    apiServerEndpoint: ${endpoint}
    certificateAuthority: ${certificateAuthority}
    cidr: ${cidr}
  kubelet:
    config:
      maxPods: 29
    flags:
    - --node-labels=eks.amazonaws.com/capacityType=ON_DEMAND`

const bottlerocketSettings = ({ name, endpoint, certificateAuthority }: ClusterFacts) => `[settings.kubernetes]
"cluster-name" = "${name}"
"api-server" = "${endpoint}"
"cluster-certificate" = "${certificateAuthority}"
`

const windowsScript = ({ name, endpoint, certificateAuthority }: ClusterFacts) => `<powershell>
[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"
& $EKSBootstrapScriptFile -EKSClusterName "${name}" -APIServerEndpoint "${endpoint}" -Base64ClusterCA "${certificateAuthority}" 3>&1 4>&1 5>&1 6>&1
</powershell>
`
