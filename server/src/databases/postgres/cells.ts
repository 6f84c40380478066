/** A text of a row as it came; undefined where it is null. */
export function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
