const head = 'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n'
const cluster = `spec:
  cluster:
    name: workers
    apiServerEndpoint: https://example.com
    certificateAuthority: Y2VydGlmaWNhdGU=
    cidr: 10.100.0.0/16
`

/** A NodeConfig that nodeadm accepts and that gives no warning. */
export const accepted = `${head}${cluster}`

/** The accepted NodeConfig with one of its lines in another form. */
const withLine = (field: string, value: string): string =>
  accepted.replace(new RegExp(`    ${field}: .*`), `    ${field}: ${value}`)

/** The accepted NodeConfig with more fields under spec. */
export const withSpec = (more: string): string => `${accepted}${more.replaceAll(/^/gm, '  ')}\n`

const json = (clusterFields: string, more = ''): string =>
  `{"apiVersion":"node.eks.aws/v1alpha1","kind":"NodeConfig","spec":{"cluster":{${clusterFields}}${more}}}`
const jsonFields = '"name":"a","apiServerEndpoint":"https://b","certificateAuthority":"YWJj","cidr":"10.0.0.0/16"'

type Status = 'complete' | 'partial' | 'invalid'

/** What nodeadm (awslabs/amazon-eks-ami 81fec2e8) answered to one document: accepted, a field missing, or rejected. */
export const recordedAnswers: readonly (readonly [title: string, text: string, status: Status])[] = [
  ['all four cluster fields', accepted, 'complete'],
  ['no cluster section', head, 'partial'],
  ['a cluster section of null', `${head}spec:\n  cluster:\n`, 'partial'],
  ['a cluster section that is text', `${head}spec:\n  cluster: a\n`, 'invalid'],
  ['an empty text', '', 'invalid'],
  [
    'apiVersion and kind in another case',
    accepted.replace('apiVersion', 'APIVERSION').replace('kind', 'Kind'),
    'complete',
  ],
  ['Spec in another case', accepted.replace('spec', 'Spec'), 'partial'],
  ['another version', accepted.replace('v1alpha1', 'v1beta1'), 'invalid'],
  ['another kind', accepted.replace('NodeConfig', 'NodeConfigList'), 'invalid'],
  ['no kind', accepted.replace('kind: NodeConfig\n', ''), 'invalid'],
  ['a number for a name', withLine('name', '123'), 'invalid'],
  ['a number in quotes for a name', withLine('name', '"123"'), 'complete'],
  ['a boolean of YAML 1.1 for a name', withLine('name', 'on'), 'invalid'],
  ['an octal number for a name', withLine('name', '010'), 'invalid'],
  ['a float for a name', withLine('name', '1e3'), 'invalid'],
  ['a date for a name', withLine('name', '2026-01-01'), 'complete'],
  ['a base-60 number for a name', withLine('name', '1:30'), 'complete'],
  ['a name tagged as text', withLine('name', '!!str 123'), 'complete'],
  ['a name of null', withLine('name', '~'), 'partial'],
  ['an empty name', withLine('name', '""'), 'partial'],
  ['a name from an anchor', `x: &name a\n${withLine('name', '*name')}`, 'complete'],
  ['an unknown anchor', withLine('name', '*name'), 'invalid'],
  ['a merge key', `x: &c {id: i}\n${accepted}    <<: *c\n`, 'complete'],
  ['a merge key that overrides an earlier name', `x: &c {name: ''}\n${accepted}    <<: *c\n`, 'partial'],
  ['a merge key of no mapping', `${accepted}    <<: a\n`, 'invalid'],
  ['a doubled key, the later empty', `${accepted}    name: ''\n`, 'partial'],
  ['a doubled key, the earlier empty', accepted.replace('    name', "    name: ''\n    name"), 'complete'],
  ['a comment glued to quotes', withLine('name', '"a"#b'), 'complete'],
  ['a tab before a value', withLine('name', '\ta'), 'complete'],
  ['a tab in the indentation', accepted.replace('    name', '\tname'), 'invalid'],
  ['Windows line ends', accepted.replaceAll('\n', '\r\n'), 'complete'],
  ['a byte order mark', `\ufeff${accepted}`, 'complete'],
  ['a control character', withLine('name', 'a\u0007b'), 'invalid'],
  ['a character that starts no token', withLine('name', '%s'), 'invalid'],
  ['a key without a colon', `${accepted}    broken\n`, 'invalid'],
  ['quotes over lines without indentation', withLine('name', '"a\nb"'), 'complete'],
  ['a second document that is no YAML', `${accepted}---\n]]]\n`, 'complete'],
  ['an empty first document', `---\n---\n${accepted}`, 'invalid'],
  ['the directive of YAML 1.1', `%YAML 1.1\n---\n${accepted}`, 'complete'],
  ['the directive of YAML 1.2', `%YAML 1.2\n---\n${accepted}`, 'invalid'],
  ['a key that is null', `${accepted}~: 1\n`, 'invalid'],
  ['a key that is a list', `${accepted}[a]: 1\n`, 'invalid'],
  ['infinity in a field that nobody knows', `${accepted}x: .inf\n`, 'invalid'],
  ['a certificate that is no base64', withLine('certificateAuthority', 'YW'), 'invalid'],
  ['a certificate over lines', withLine('certificateAuthority', '|\n      YWJj\n      YWJj'), 'complete'],
  ['a certificate folded with spaces', withLine('certificateAuthority', '>\n      YWJj\n      YWJj'), 'invalid'],
  ['a certificate as a list of bytes', withLine('certificateAuthority', '[1, 255]'), 'complete'],
  ['a certificate as a list of larger numbers', withLine('certificateAuthority', '[1, 256]'), 'invalid'],
  ['an empty certificate', withLine('certificateAuthority', '""'), 'complete'],
  ['a certificate of null', withLine('certificateAuthority', 'null'), 'partial'],
  ['an outpost without an id', `${accepted}    enableOutpost: true\n`, 'partial'],
  ['an outpost with an id', `${accepted}    enableOutpost: yes\n    id: a\n`, 'complete'],
  ['an outpost flag that is text', `${accepted}    enableOutpost: "true"\n`, 'invalid'],
  ['kubelet flags that are text', withSpec('kubelet:\n  flags: --a=b'), 'invalid'],
  ['kubelet flags with a number', withSpec('kubelet:\n  flags: [1]'), 'invalid'],
  ['kubelet config of any values', withSpec('kubelet:\n  config: {a: [1, {b: null}]}'), 'complete'],
  ['kubelet config that is a list', withSpec('kubelet:\n  config: []'), 'invalid'],
  ['a feature gate that is no boolean', withSpec('featureGates: {FastImagePull: "true"}'), 'invalid'],
  ['a number in an environment', withSpec('instance: {environment: {default: {A: 1}}}'), 'invalid'],
  ['a label that is a number', accepted.replace('spec', 'metadata: {labels: {a: 1}}\nspec'), 'invalid'],
  ['a creation time of null', accepted.replace('spec', 'metadata: {creationTimestamp: null}\nspec'), 'complete'],
  ['JSON', json(jsonFields), 'complete'],
  ['JSON after white space', ` \n\t${json(jsonFields)}\n`, 'complete'],
  ['JSON after a byte order mark, which is YAML', `\ufeff${json(jsonFields)}`, 'complete'],
  ['JSON and something after it', `${json(jsonFields)}x`, 'invalid'],
  ['JSON with a comma too many', json(`${jsonFields},`), 'invalid'],
  ['JSON keys without quotes', '{apiVersion: node.eks.aws/v1alpha1, kind: NodeConfig}', 'invalid'],
  [
    'JSON keys without quotes after a document marker',
    '---\n{apiVersion: node.eks.aws/v1alpha1, kind: NodeConfig}',
    'partial',
  ],
  [
    'what cannot be read after a flow mapping',
    '---\n{apiVersion: node.eks.aws/v1alpha1, kind: NodeConfig}\n}@',
    'partial',
  ],
  [
    'what cannot be read right after a flow mapping',
    '---\n{apiVersion: node.eks.aws/v1alpha1, kind: NodeConfig}\n@',
    'invalid',
  ],
  ['a last key without a colon', `${head}spec:\nkey`, 'invalid'],
  [
    'JSON with a doubled section, which is merged',
    json('"name":"a"', `,"cluster":{${jsonFields.slice(11)}}`),
    'complete',
  ],
  ['JSON with a name taken back by null, which is no answer', json(`${jsonFields},"name":null`), 'complete'],
  ['JSON with a certificate taken back by null', json(`${jsonFields},"certificateAuthority":null`), 'partial'],
]

/** What nodeadm answered to several documents of one node. */
export const recordedMerges: readonly (readonly [title: string, texts: readonly string[], status: Status])[] = [
  ['a document without cluster after a whole one', [accepted, head], 'complete'],
  ['two halves', [accepted.replace(/ {4}cidr.*\n/, ''), `${head}spec: {cluster: {cidr: 10.0.0.0/16}}`], 'complete'],
  ['an empty name after a name', [accepted, withLine('name', '""')], 'complete'],
  ['one broken document of two', [accepted, `${head}spec: [`], 'invalid'],
  ['an outpost switched on by the second', [accepted, `${accepted}    enableOutpost: true\n`], 'partial'],
  [
    'an outpost that the second cannot switch off',
    [`${accepted}    enableOutpost: true\n`, `${accepted}    enableOutpost: false\n`],
    'partial',
  ],
  [
    'containerd config in both',
    [withSpec('containerd: {config: "a = 1"}'), withSpec('containerd: {config: "b = 1"}')],
    'complete',
  ],
  [
    'broken TOML in one of two',
    [withSpec('containerd: {config: "a = 1"}'), withSpec('containerd: {config: "b = "}')],
    'invalid',
  ],
  ['broken TOML alone', [accepted, withSpec('containerd: {config: "b = "}')], 'complete'],
  [
    'kubelet config of other types in both',
    [withSpec('kubelet: {config: {a: {b: 1}, c: 1}}'), withSpec('kubelet: {config: {a: 1, c: {d: [1]}}}')],
    'complete',
  ],
]
