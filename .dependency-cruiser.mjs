// The import table of the design as rules: each layer's line says what it may import, and why nothing else.
const folder = name => `^src/${name}/`
const names = list => list.join('|')
const npm = list => `node_modules/(${list.join('|')})`

/** A layer may import these folders and packages, and Node's own modules only where they are listed. */
const layer = (name, { folders = [], packages = [], node = [], comment }) => [
  {
    name: `${name}-imports-folders`,
    comment,
    severity: 'error',
    from: { path: folder(name) },
    to: { path: '^src/', pathNot: folder(`(${names([name, ...folders])})`) },
  },
  {
    name: `${name}-imports-packages`,
    comment,
    severity: 'error',
    from: { path: folder(name) },
    to: {
      dependencyTypesNot: ['local', 'core'],
      pathNot: ['^(src|types)/', ...(packages.length > 0 ? [npm(packages)] : [])],
    },
  },
  {
    name: `${name}-imports-node`,
    comment,
    severity: 'error',
    from: { path: folder(name) },
    to: { dependencyTypes: ['core'], pathNot: node.length > 0 ? `^(node:)?(${names(node)})$` : '^$' },
  },
]

const anyNode = ['.*']

export default {
  forbidden: [
    ...layer('core', {
      packages: ['zod', '@noble/hashes'],
      comment: 'Core is pure: it knows no SDK, no file and no clock. What it needs is a port in src/core/ports.ts.',
    }),
    ...layer('userdata', {
      folders: ['core'],
      packages: ['yaml', 'smol-toml', 'fflate'],
      comment:
        'User data is read as text: bytes in, facts out. It can hold secrets, so nothing here may keep or send it.',
    }),
    ...layer('checks', {
      folders: ['core', 'userdata'],
      comment: 'A check sees one subject and returns a verdict. Shared helpers live in src/core.',
    }),
    ...layer('reports', { folders: ['core'], comment: 'A report is a function from result to text.' }),
    ...layer('app', {
      folders: ['core', 'userdata', 'checks', 'reports'],
      packages: ['p-map'],
      node: ['crypto'],
      comment: 'Use cases get AWS as ports (src/core/ports.ts).',
    }),
    ...layer('aws', {
      folders: ['core', 'userdata'],
      packages: ['@aws-sdk', '@smithy', 'electrodb'],
      node: anyNode,
      comment: 'The only folder that calls AWS; SDK shapes end here.',
    }),
    ...layer('config', {
      folders: ['core'],
      packages: ['zod', 'yaml'],
      node: anyNode,
      comment: 'Config reads what a person wrote and parses it into core types.',
    }),
    ...layer('sandbox', {
      folders: ['core', 'config'],
      packages: ['zod', 'yaml', 'dynalite', 'fast-xml-parser'],
      node: anyNode,
      comment: 'The sandbox speaks wire protocols and must not know the SDK that it judges.',
    }),
    ...layer('handlers', {
      folders: ['core', 'reports', 'app', 'aws', 'config'],
      packages: ['@middy/core', '@aws-lambda-powertools'],
      comment: 'A handler parses its event, wires ports and calls one use case. Clients are made in src/aws.',
    }),
    ...layer('cli', {
      folders: ['core', 'userdata', 'checks', 'reports', 'app', 'aws', 'config', 'sandbox'],
      packages: ['commander', 'ora', 'zod'],
      node: anyNode,
      comment: 'The command line wires ports and calls one use case.',
    }),
    {
      name: 'nobody-imports-the-faces',
      comment: 'Handlers, the command line and the library are faces: what two of them need belongs to src/app.',
      severity: 'error',
      from: { pathNot: '^src/(handlers|cli)/|^test/' },
      to: { path: '^src/(handlers|cli)/|^src/index\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'src-never-imports-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'no-unresolvable',
      comment: 'A package that package.json does not name, or a file that is not there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared',
      comment: 'A package must be in package.json itself, and what src imports must be no devDependency.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
