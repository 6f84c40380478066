/** Lines of context around a change. */
const CONTEXT = 3;

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/**
 * A unified diff that patch and git apply take; empty where nothing differs.
 * @param from path of the old text; undefined: the file is new
 */
export function unifiedDiff(from: string | undefined, to: string, before: string, after: string): string {
  if (before === after) return '';
  const lines = compare(linesOf(before), linesOf(after));
  const out = [`--- ${from === undefined ? '/dev/null' : `a/${from}`}\n`, `+++ b/${to}\n`];
  for (const [start, end] of hunks(lines)) {
    const older = lines.slice(0, start).filter(({ sign }) => sign !== '+').length;
    const newer = lines.slice(0, start).filter(({ sign }) => sign !== '-').length;
    const hunk = lines.slice(start, end);
    out.push(`@@ -${range(older, hunk, '+')} +${range(newer, hunk, '-')} @@\n`);
    for (const { sign, text } of hunk) out.push(text.endsWith('\n') ? sign + text : `${sign}${text}\n\\ No newline at end of file\n`);
  }
  return out.join('');
}

function range(start: number, hunk: readonly Line[], without: Line['sign']): string {
  const count = hunk.filter(({ sign }) => sign !== without).length;
  return `${String(count === 0 ? start : start + 1)}${count === 1 ? '' : `,${String(count)}`}`;
}

/** Stretches of lines that hold changes with their context, as start and end. */
function hunks(lines: readonly Line[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  lines.forEach(({ sign }, index) => {
    if (sign === ' ') return;
    const last = found.at(-1);
    const end = Math.min(lines.length, index + 1 + CONTEXT);
    if (last !== undefined && index - CONTEXT <= last[1]) last[1] = end;
    else found.push([Math.max(0, index - CONTEXT), end]);
  });
  return found;
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/gu) ?? [];
}

/**
 * The shortest way from one list of lines to another (Myers, "An O(ND) Difference Algorithm", 1986), after what both
 * share at their start and end is set aside.
 */
function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ sign: ' ', text }));
  return [
    ...same(before.slice(0, head)),
    ...path(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ];
}

function path(before: readonly string[], after: readonly string[]): readonly Line[] {
  const trace: Map<number, number>[] = [];
  let furthest = new Map([[1, 0]]);
  const at = (map: ReadonlyMap<number, number>, k: number): number => map.get(k) ?? -1;
  search: for (let d = 0; ; d++) {
    trace.push(furthest);
    const next = new Map(furthest);
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && at(furthest, k - 1) < at(furthest, k + 1)) ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x += 1;
      next.set(k, x);
      if (x >= before.length && x - k >= after.length) break search;
    }
    furthest = next;
  }
  const out: Line[] = [];
  let x = before.length;
  let y = after.length;
  for (let d = trace.length - 1; d >= 0; d--) {
    const map = trace[d] ?? furthest;
    const k = x - y;
    const down = k === -d || (k !== d && at(map, k - 1) < at(map, k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(map, fromK);
    const fromY = d === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      x -= 1;
      y -= 1;
      out.push({ sign: ' ', text: before[x] ?? '' });
    }
    if (d === 0) break;
    if (down) out.push({ sign: '+', text: after[--y] ?? '' });
    else out.push({ sign: '-', text: before[--x] ?? '' });
  }
  return out.reverse();
}
