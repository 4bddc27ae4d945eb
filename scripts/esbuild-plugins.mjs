import { readFile } from 'node:fs/promises'

const schemas = /[\\/]@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/
const declaration = /^((?:export )?var [\w$]+ = )(\[[\s\S]*?\]);$/gm

/**
 * Security Hub's findings can hold the details of some hundred kinds of resource. None is sent, and without their shapes
 * a function that imports findings is 0.1 MB smaller.
 */
const resourceDetails = /^(export var ResourceDetails\$ = \[3, n0, \w+,)[\s\S]*?\];$/m
const withoutResourceDetails = text => text.replace(resourceDetails, '$1 0, [], []];')

/**
 * Says of each shape in the AWS SDK's schemas that making it has no effect, so that those of calls that a function does
 * not make are left out: of EC2's alone half a megabyte. esbuild cannot see it, for the shapes have computed keys.
 */
const pureSchemas = {
  name: 'pure-schemas',
  setup: ({ onLoad }) =>
    onLoad({ filter: schemas }, async ({ path }) => ({
      contents: withoutResourceDetails(await readFile(path, 'utf8')).replace(
        declaration,
        '$1/* @__PURE__ */ (() => $2)();',
      ),
    })),
}

export default [pureSchemas]
