/**
 * The one base of errors thrown on purpose. Its message is a sentence that says what failed, where, and what to do;
 * the CLI prints it as one line and exits with 2, while any other error keeps its stack.
 */
export class PostureError extends Error {
  override name = 'PostureError'
}

/** A file, flag or variable that a person wrote cannot be used as it stands. */
export class ConfigError extends PostureError {
  override name = 'ConfigError'
}
