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
  report: `runs/${runId}/report.html`,
  findings: `runs/${runId}/findings.json`,
})
