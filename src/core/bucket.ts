/** The files of a deployment. All methods throw PostureError when the bucket is missing, denies or cannot be reached. */
export interface Bucket {
  readonly name: string
  /** The text of a file; undefined where there is none. */
  readFile(key: string): Promise<string | undefined>
  writeFile(key: string, text: string, contentType: string): Promise<void>
}

/** What a person puts there. */
export const postureKey = 'posture.yaml'

/** What a run keeps there. */
export const keysOf = (runId: string) => ({
  policy: `runs/${runId}/policy.json`,
  calendar: `runs/${runId}/calendar.json`,
  manifest: `runs/${runId}/manifest.jsonl`,
  /** What the manifest names and no report tells of. */
  missing: `runs/${runId}/missing.jsonl`,
  report: `runs/${runId}/report.html`,
  findings: `runs/${runId}/findings.json`,
})

/** Where calls of the scan function hand over what they came to of an account. */
export const handoverKeyOf = (runId: string, accountId: string) => `runs/${runId}/accounts/${accountId}.json`
