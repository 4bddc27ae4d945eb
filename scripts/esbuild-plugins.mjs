import { readFile } from 'node:fs/promises'

const schemas = /[\\/]@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/
const declaration = /^((?:export )?var [\w$]+ = )(\[[\s\S]*?\]);$/gm

/**
 * Says of each shape in the AWS SDK's schemas that making it has no effect, so that those of calls that a function does
 * not make are left out: of EC2's alone half a megabyte. esbuild cannot see it, for the shapes have computed keys.
 */
const pureSchemas = {
  name: 'pure-schemas',
  setup: ({ onLoad }) =>
    onLoad({ filter: schemas }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(declaration, '$1/* @__PURE__ */ (() => $2)();'),
    })),
}

export default [pureSchemas]
