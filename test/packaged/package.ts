import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'

const root = join(import.meta.dirname, '../..')

export interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly Properties: Readonly<Record<string, unknown>>
}

export interface Template {
  readonly Parameters: Readonly<Record<string, unknown>>
  readonly Conditions: Readonly<Record<string, unknown>>
  readonly Resources: Readonly<Record<string, Resource>>
}

/** What `serverless package` made, in a folder of its own. */
export interface Packaged {
  readonly folder: string
  readonly templateFile: string
  readonly template: Template
  /** What the deployment gives the parameters of the template. */
  readonly parameters: Readonly<Record<string, string>>
  /** The zips, one a function. */
  readonly zips: readonly string[]
  /** The files of a function's zip, by their paths in it. */
  readonly filesOf: (functionName: string) => Promise<Readonly<Record<string, string>>>
  readonly remove: () => Promise<void>
}

/**
 * Packages the service as a deployment does: without credentials, and with every connection going nowhere. The sources are
 * linked into a folder, so that suites that package at once do not meet in one build folder.
 */
export const packageService = async (): Promise<Packaged> => {
  const project = await mkdtemp(join(tmpdir(), 'packaged-'))
  for (const name of ['src', 'scripts', 'node_modules']) await symlink(join(root, name), join(project, name))
  for (const name of ['serverless.yml', 'package.json', 'tsconfig.json'])
    await cp(join(root, name), join(project, name))
  await run(join(root, 'node_modules/osls/bin/serverless.js'), ['package'], project)

  const folder = join(project, '.serverless')
  const templateFile = join(folder, 'cloudformation-template-update-stack.json')
  const state = JSON.parse(await readFile(join(folder, 'serverless-state.json'), 'utf8')) as State
  const { stackParameters } = state.service.provider
  return {
    folder,
    templateFile,
    template: JSON.parse(await readFile(templateFile, 'utf8')) as Template,
    parameters: Object.fromEntries(
      stackParameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
    ),
    zips: (await readdir(folder)).filter(name => name.endsWith('.zip')).sort(),
    filesOf: async name =>
      Object.fromEntries(
        Object.entries(unzipSync(await readFile(join(folder, `${name}.zip`)))).map(([path, bytes]) => [
          path,
          strFromU8(bytes),
        ]),
      ),
    remove: () => rm(project, { recursive: true, force: true }),
  }
}

interface State {
  readonly service: {
    readonly provider: {
      readonly stackParameters: readonly { readonly ParameterKey: string; readonly ParameterValue: string }[]
    }
  }
}

const nowhere = 'http://127.0.0.1:9'

const run = (script: string, args: readonly string[], cwd: string) =>
  new Promise<void>((resolve, reject) => {
    const env = {
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      HOME: cwd,
      AWS_EC2_METADATA_DISABLED: 'true',
      HTTP_PROXY: nowhere,
      HTTPS_PROXY: nowhere,
    }
    execFile(process.execPath, [script, ...args], { cwd, env }, (error, stdout, stderr) => {
      if (error) reject(new Error(`serverless package failed:\n${stdout}${stderr}`))
      else resolve()
    })
  })
