/**
 * A list as people write it, cut short behind `most`: "a", "a and b", "a, b and c", "a, b and 3 more".
 * @param most how many items are named at the most
 */
export function listed(items: readonly string[], most = Infinity): string {
  const shown = items.slice(0, most);
  const rest = items.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${String(rest)} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}
