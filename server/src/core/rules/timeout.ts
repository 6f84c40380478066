/** Whether a value of lock_timeout, as written, sets one: 0 means none. */
export function isTimeoutSet(value: string | undefined): boolean {
  return value !== undefined && !/^'?0+\s*(ms|s|min|h|d|us)?'?$/.test(value.trim());
}
