/** How a report for people emphasises text; a report that is no terminal's uses {@link plain}. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  yellow(text: string): string
  green(text: string): string
}

const asIs = (text: string) => text

/** No emphasis at all. */
export const plain: Paint = { bold: asIs, dim: asIs, red: asIs, yellow: asIs, green: asIs }
