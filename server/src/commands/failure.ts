/** Wrong use, or input that cannot be read: a message for the person, on standard error, and exit status 2. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** What went wrong with a file, from the error of a system call. */
export function fileFailure(path: string, error: unknown): Failure {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
  const reason =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? 'there is no such file or folder'
      : code === 'EACCES' || code === 'EPERM'
        ? 'permission denied'
        : code === 'EISDIR'
          ? 'this is a folder'
          : error instanceof Error
            ? error.message
            : String(error);
  return new Failure(`${path}: ${reason}`);
}
