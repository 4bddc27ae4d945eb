/** Where nodeadm of 2024-02-29, the newest that the Go module proxy has, answers otherwise than nodeadm of today. */
interface Difference {
  readonly reason: string
  /** What the old one does with user data that today's takes the other way. */
  readonly old: 'accepts' | 'rejects'
  /** Whether user data, one character to a byte, has what it takes. */
  readonly shows: (userData: string) => boolean
}

export const differences: readonly Difference[] = [
  {
    reason: 'it has no such field yet, so the type of the value is not looked at',
    old: 'accepts',
    shows: userData =>
      /featureGates|baseRuntimeSpec|mountPath|disabledMounts|environment|network|maxPodsExpression/.test(userData),
  },
  {
    reason: 'it does not merge the TOML of two containerd.config, so it does not read it',
    old: 'accepts',
    shows: userData => userData.split('containerd').length > 2,
  },
  {
    reason: 'it does not undo gzip and base64, neither around all user data nor around a part',
    old: 'rejects',
    shows: userData => userData.includes('\x1f\x8b') || /(^|\n\r?\n)[\w+/=\r\n]+($|\r?\n--)/.test(userData),
  },
]
