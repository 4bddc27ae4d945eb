import fc from 'fast-check'

/** Texts of NodeConfigs, in YAML and JSON: mostly right, and now and then odd in a key, a type or a spelling. */

const authority = 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=='

/** YAML scalars and small nodes, as they stand behind a key; a line that follows is indented by eight. */
const oddValues = [
  ...['', 'null', '~', 'Null', 'true', 'yes', 'no', 'on', 'off', 'y', 'n', 'True', 'YES', 'tRue', '"yes"', "'no'"],
  ...[
    '123',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x1F',
    '0b11',
    '0o17',
    '017',
    '08',
    '1_000',
    '1:30',
    '.inf',
    '-.inf',
    '.nan',
    '1.',
    '.5',
  ],
  ...[
    '12345678901234567890',
    '9223372036854775808',
    '-9223372036854775809',
    '1e400',
    '0.1e1',
    '-0',
    '2026-07-23',
    '2026-07-23T10:00:00Z',
  ],
  ...['""', "''", '"a\\nb"', '"\\x41"', '"\\u00e9"', '"\\q"', '"unclosed', "'it''s'", "'unclosed", '"a" b', '"a" # c'],
  ...[
    '[]',
    '{}',
    '[a]',
    '[1]',
    '{a: b}',
    '{a: 1}',
    '[a, {b: c}]',
    '[a',
    '{a: b',
    '{a}',
    '[,]',
    '[a,]',
    '{,}',
    '{"a":1}',
    '[[a]]',
    '[{}]',
    '[null]',
    '{a: null}',
    '{1: a}',
    '{true: a}',
    '{[a]: b}',
    '{~: a}',
    '{a: b, a: c}',
  ],
  ...[
    '!!str 1',
    '!!int 1',
    '!!int "1"',
    '!!bool yes',
    '!!null x',
    '!!float 1',
    '!!binary aGk=',
    '!!binary "!"',
    '!own x',
    '!!timestamp 2026-07-23',
    '!!set {a}',
    '!!omap [a: b]',
    '!!map {}',
    '!!seq []',
    '! x',
    '!<tag:yaml.org,2002:str> 1',
    '!!str',
  ],
  ...['&a x', '*a', '&a [*a]', '&a', '&a &b x', '!!str &a 1', '&a !!str 1', '*unknown'],
  ...[
    '|\n        text',
    '>\n        text\n        more',
    '|-\n        text',
    '|+\n        text\n',
    '>-\n        text',
    '|2\n        text',
    '|9\n        text',
    '|x\n        text',
    '|',
    '| # c\n        text',
    '|\n      text',
    '|\n\t\ttext',
  ],
  ...[
    'a: b',
    'a #b',
    '# comment',
    'a#b',
    '- a',
    '? a',
    '@a',
    '`a',
    '%a',
    '!',
    '&',
    '*',
    '|a',
    '>a',
    ',',
    ']',
    '}',
    ':',
    '::',
    'a:',
    '-',
    '- ',
    '?',
    '=',
    '<<',
    '--- a',
    '...',
  ],
  ...[
    '\n        text',
    '\n        a: b',
    '\n        - a',
    '\n      - a',
    '\n        - a\n        - 1',
    '\n        a: b\n       c: d',
    '\n        a: b\n          c: d',
    'a\n        b',
    '"a\n        b"',
    '\n\n        text',
  ],
  ...['é', '\u00a0', '\ufeffa', '\u0085', 'a\u2028b', '\u0007', '\u007f', '😀', '\ud800', 'a\tb', '\ta', 'a\t'],
  ...[
    'YWJj',
    'YW Jj',
    'YWJ',
    'YWJjZA',
    'YWJjZA==',
    'YWJjZB==',
    'YW-_',
    '"YWJj\\n"',
    '"YWJj\\r\\n"',
    '" YWJj"',
    '====',
    'YQ==YQ==',
    '[97, 98]',
    '[1, 300]',
    '[97, "x"]',
    '[-1]',
    '[1.5]',
  ],
  ...[
    'https://example.com',
    '10.100.0.0/16',
    'demo',
    'RAID0',
    '100m',
    '2026-13-45',
    '1h',
    '{a: {b: {c: [1, 2, {d: e}]}}}',
  ],
]

const usually = (usual: string, weight = 45): fc.Arbitrary<string> =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...oddValues) })

const odd = (...usual: string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 14, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...oddValues) },
  )

const keyChanges = [
  (key: string) => key,
  (key: string) => `"${key}"`,
  (key: string) => `'${key}'`,
  (key: string) => key.toUpperCase(),
  (key: string) => `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`,
  (key: string) => key.toLowerCase(),
  (key: string) => `${key} `,
  (key: string) => `? ${key}\n      `,
  (key: string) => `!!str ${key}`,
  (key: string) => `&k${key} ${key}`,
  (key: string) => `${key}x`,
] as const

const keyed = (key: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 120, arbitrary: fc.constant(key) },
    { weight: 1, arbitrary: fc.constantFrom(...keyChanges).map(change => change(key)) },
  )

/** `key: value`, at an indentation that is right. */
const entry = (indent: number, key: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(keyed(key), value).map(([name, text]) => `${' '.repeat(indent)}${name}: ${text}\n`)

/** Present nearly always, sometimes absent, sometimes twice. */
const present = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 90, arbitrary: line },
    { weight: 1, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.tuple(line, line).map(both => both.join('')) },
  )

const rarely = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: line })

const joined = (...lines: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...lines).map(texts => texts.join(''))

const section = (indent: number, key: string, body: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 50,
      arbitrary: fc.tuple(keyed(key), body).map(([name, text]) => `${' '.repeat(indent)}${name}:\n${text}`),
    },
    { weight: 1, arbitrary: entry(indent, key, fc.constantFrom(...oddValues)) },
  )

const cluster = joined(
  present(entry(4, 'name', usually('demo'))),
  present(entry(4, 'apiServerEndpoint', usually('https://example.com'))),
  present(entry(4, 'certificateAuthority', usually(authority))),
  present(entry(4, 'cidr', usually('10.100.0.0/16'))),
  rarely(entry(4, 'enableOutpost', odd('true', 'false', 'yes', 'no'))),
  rarely(entry(4, 'id', odd('ab-12', '"12"'))),
  rarely(entry(4, 'region', odd('eu-west-1'))),
)

const toml = [
  'version = 2',
  '"version = 2"',
  '"= broken"',
  '|\n        version = 2\n        [plugins.a]\n        x = 1',
  '"a = 1\\na = 2"',
  '"[a]\\nb = 1"',
  '"a = 1979-05-27"',
  '""',
]

const containerd = section(
  2,
  'containerd',
  joined(
    rarely(entry(4, 'config', odd(...toml))),
    rarely(entry(4, 'baseRuntimeSpec', odd('{process: {x: 1}}', '{a: [1]}', '{}'))),
  ),
)

const instance = section(
  2,
  'instance',
  joined(
    rarely(
      section(
        4,
        'localStorage',
        joined(
          rarely(entry(6, 'strategy', odd('RAID0', 'raid5'))),
          rarely(entry(6, 'mountPath', odd('/mnt'))),
          rarely(entry(6, 'disabledMounts', odd('[PodLogs]', '[a, b]', '\n      - SOCI'))),
        ),
      ),
    ),
    rarely(
      entry(4, 'environment', odd('{default: {A: b}}', '{default: {A: 1}}', '{default: {A: "1"}}', '{default: }')),
    ),
    rarely(
      section(
        4,
        'network',
        joined(
          rarely(entry(6, 'nameservers', odd('[10.0.0.2]', '["::1"]'))),
          rarely(entry(6, 'domains', odd('[a.b]'))),
        ),
      ),
    ),
  ),
)

const kubelet = section(
  2,
  'kubelet',
  joined(
    rarely(
      entry(
        4,
        'config',
        odd(
          '{maxPods: 42}',
          '{maxPods: "x"}',
          '\n      maxPods: 42\n      a:\n        b: c',
          '{a: null}',
          '{a: {b: 1}}',
          '{a: 1}',
          '{a: [1]}',
        ),
      ),
    ),
    rarely(
      entry(
        4,
        'flags',
        odd('[--v=2]', '\n      - --v=2', '\n      - --v=2\n      - 1', '\n      - --node-labels=a=b,c=d'),
      ),
    ),
    rarely(entry(4, 'maxPodsExpression', odd('max_pods - 1', '1'))),
  ),
)

const metadata = section(
  0,
  'metadata',
  joined(
    rarely(entry(2, 'name', odd('x'))),
    rarely(entry(2, 'labels', odd('{a: b}', '{a: 1}', '{a: null}'))),
    rarely(entry(2, 'annotations', odd('{a: b}', '{a: "true"}'))),
    rarely(entry(2, 'generation', odd('1', '1.0', '1e2', '"1"'))),
    rarely(entry(2, 'creationTimestamp', odd('null', '"2026-07-23T10:00:00Z"', '2026-07-23T10:00:00Z', '""'))),
    rarely(entry(2, 'deletionGracePeriodSeconds', odd('1', '99999999999999999999'))),
    rarely(entry(2, 'finalizers', odd('[a]'))),
    rarely(entry(2, 'ownerReferences', odd('[{kind: a, controller: true}]', '[{controller: "x"}]', '[null]'))),
    rarely(entry(2, 'managedFields', odd('[{manager: a, fieldsV1: {b: 1}}]', '[{time: null}]', '[{fieldsV1: 1}]'))),
  ),
)

const apiVersions = [
  'node.eks.aws/v1alpha1',
  '"node.eks.aws/v1alpha1"',
  'node.eks.aws/v1',
  'v1alpha1',
  'node.eks.aws',
  'a/b/c',
  'Node.eks.aws/v1alpha1',
  'node.eks.aws/v1alpha1 # c',
]
const kinds = ['NodeConfig', '"NodeConfig"', 'nodeconfig', 'NodeConfigList', 'List', 'Status', 'NodeConfig ']

const yamlText = joined(
  rarely(
    fc.constantFrom(
      '',
      '---\n',
      '# comment\n',
      '\n',
      '%YAML 1.1\n---\n',
      '\ufeff',
      'base: &a {cidr: 10.0.0.0/8}\n',
      'base: &a x\n',
      ' ',
      '{',
      '\t',
      '--- # c\n',
      '---\n---\n',
    ),
  ),
  present(
    entry(
      0,
      'apiVersion',
      fc.oneof(
        { weight: 50, arbitrary: fc.constant(apiVersions[0] ?? '') },
        { weight: 1, arbitrary: odd(...apiVersions) },
      ),
    ),
  ),
  present(
    entry(
      0,
      'kind',
      fc.oneof({ weight: 50, arbitrary: fc.constant(kinds[0] ?? '') }, { weight: 1, arbitrary: odd(...kinds) }),
    ),
  ),
  rarely(metadata),
  section(
    0,
    'spec',
    joined(
      present(section(2, 'cluster', cluster)),
      rarely(
        fc.constantFrom(
          '    <<: *a\n',
          '    <<: {cidr: x}\n',
          '    <<: [*a]\n',
          '    <<: x\n',
          '    1: x\n',
          '    true: x\n',
          '    null: x\n',
          '    1.5: x\n',
          '    [a]: x\n',
          '    {a: b}: x\n',
          '    2026-07-23: x\n',
          '    - x\n',
          '    x\n',
          '    "a": b: c\n',
          '    ? a\n',
          '    : a\n',
        ),
      ),
      rarely(containerd),
      rarely(instance),
      rarely(kubelet),
      rarely(
        entry(
          2,
          'featureGates',
          odd(
            '{FastImagePull: true}',
            '{Other: false}',
            '{FastImagePull: yes}',
            '{FastImagePull: "true"}',
            '{a: null}',
          ),
        ),
      ),
    ),
  ),
  rarely(
    fc.constantFrom(
      '',
      '---\nkind: Other\n',
      '...\n',
      '---\n',
      '# end\n',
      'status: {}\n',
      'status: x\n',
      '---\n[broken\n',
      '...\n[broken\n',
      '  odd\n',
      '\t\n',
      '}\n',
      '\0',
      'items: [1]\n',
      'APIVERSION: x\n',
      'Kind: Other\n',
    ),
  ),
)

const scalarsOfJson = [
  '"demo"',
  '1',
  'true',
  'null',
  '[]',
  '{}',
  '""',
  '1e400',
  '"\\ud800"',
  '"\\u0000"',
  "'a'",
  'a',
  '1.0',
  '01',
  '"a\tb"',
  '"\\x41"',
  '{"a":1,"a":2}',
  '[1,]',
  '{"a":1,}',
]

const jsonText = fc
  .record({
    api: fc.oneof(
      { weight: 50, arbitrary: fc.constant('"node.eks.aws/v1alpha1"') },
      { weight: 1, arbitrary: fc.constantFrom(...scalarsOfJson) },
    ),
    name: fc.oneof(
      { weight: 6, arbitrary: fc.constant('"demo"') },
      { weight: 1, arbitrary: fc.constantFrom(...scalarsOfJson) },
    ),
    cidr: fc.oneof(
      { weight: 6, arbitrary: fc.constant('"10.0.0.0/8"') },
      { weight: 1, arbitrary: fc.constantFrom(...scalarsOfJson) },
    ),
    extra: rarely(
      fc.constantFrom(
        ',"kubelet":{"config":{"a":1}}',
        ',"Cluster":{}',
        ',"cluster":{}',
        ',"cluster":null',
        ',"kubelet":{"flags":["a",1]}',
        ', // c\n"a":1',
        ',"instance":{"environment":{"default":{"A":1}}}',
      ),
    ),
    before: rarely(fc.constantFrom('', ' ', '\n', '\t', '\ufeff', '# c\n', '---\n')),
    after: rarely(fc.constantFrom('', '\n', ' {}', '}', 'x', '\n---\na: b', '# c', '\0')),
  })
  .map(
    ({ api, name, cidr, extra, before, after }) =>
      `${before}{"apiVersion":${api},"kind":"NodeConfig","spec":{"cluster":{"name":${name},"apiServerEndpoint":"https://example.com","certificateAuthority":"${authority}","cidr":${cidr}}${extra}}}${after}`,
  )

/** A NodeConfig, or what is left of one. */
export const nodeConfigText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: yamlText },
  { weight: 1, arbitrary: jsonText },
)
