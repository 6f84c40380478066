import { listed } from '../core/lists';
import type { StatementAnalysis } from '../core/analysis';
import type { Effects, LockClaim } from '../core/effects/effects';
import { blocks, blocksTraffic, strength, type LockMode } from '../core/effects/postgres/lock-modes';
import { displayName, type RelationName } from '../core/schema/names';
import { timeInWords } from '../core/estimate/words';
import { isNotable, rowsInWords, sizeInWords } from '../core/quantities';
import type { Statistics } from '../core/schema/statistics';
import type { Dialect, Target } from '../core/target';
import { waitInWords, type StatementTime } from './estimates';

/** What a lock keeps waiting: "reads and writes", "writes", or "schema changes" where traffic goes on. */
export function blocked(mode: LockMode): string {
  const waiting = blocks(mode);
  if (waiting.includes('read')) return 'reads and writes';
  return waiting.includes('write') ? 'writes' : 'schema changes';
}

/**
 * The claims worth a line, strongest first: those that keep reads or writes of somebody waiting; where there are none,
 * those of a statement that changes data or schema while others go on. What the file itself created concerns nobody.
 */
function noteworthy({ locks }: Effects, path: string): LockClaim[] {
  const others = locks.filter(({ mode, origin }) => origin !== path && strength(mode) >= strength('ROW EXCLUSIVE'));
  const blocking = others.filter(({ mode }) => blocksTraffic(mode));
  return (blocking.length > 0 ? blocking : others).sort((a, b) => strength(b.mode) - strength(a.mode));
}

/**
 * What a statement does to others in one line: who waits, on what, for how long, and why. "blocks writes on users (2.1 M rows,
 * 1.4 GB), about 40 s (25 to 70) · SHARE · reads every row". Undefined for one that only reads.
 * @param time undefined where there is no estimate
 */
export function lockLine(effects: Effects, path: string, statistics: Statistics, time: StatementTime | undefined): string | undefined {
  const claims = noteworthy(effects, path);
  if (claims.length === 0) return undefined;
  const byBlocked = new Map<string, RelationName[]>();
  for (const { mode, relation } of claims) byBlocked.set(blocked(mode), [...(byBlocked.get(blocked(mode)) ?? []), relation]);
  const parts = [...byBlocked].map(([who, relations]) => {
    const wait = time === undefined ? undefined : longestWait(relations, time);
    return `blocks ${who} on ${listed(relations.map((relation) => sized(relation, statistics)), 3)}${wait === undefined ? '' : `, ${wait}`}`;
  });
  // What keeps nobody of those waiting still takes its time.
  if (time?.blocked.length === 0 && isLong(time)) parts.push(`runs ${timeInWords(time.estimate)}`);
  parts.push([...new Set(claims.map(({ mode }) => mode))].join(', '));
  const locked = new Set(claims.map(({ relation }) => relation));
  if (effects.rewrites.some((relation) => locked.has(relation))) parts.push('rewrites the table');
  else if (effects.scans.some((relation) => locked.has(relation))) parts.push('reads every row');
  return parts.join(' · ');
}

/** How long the last of some relations is waited for; undefined where that is not known, or where an earlier statement locked them already. */
function longestWait(relations: readonly RelationName[], { blocked, migration }: StatementTime): string | undefined {
  const waits = blocked.filter(({ relation }) => relations.includes(relation));
  const [first, ...others] = waits;
  if (first === undefined) return undefined;
  const longest = others.reduce((a, b) => ((b.time?.likely ?? Infinity) > (a.time?.likely ?? Infinity) ? b : a), first);
  return waitInWords(longest, migration);
}

function isLong({ estimate: { runs, perMillionRows } }: StatementTime): boolean {
  return runs === undefined ? perMillionRows !== undefined : isNotable(runs);
}

/** A relation with its size, where that is known: "users (2.1 M rows, 1.4 GB)". */
function sized(relation: RelationName, statistics: Statistics): string {
  const size = statistics.sizeOf(relation);
  const words = size === undefined ? undefined : sizeInWords(size);
  return words === undefined ? displayName(relation) : `${displayName(relation)} (${words})`;
}

/** How many rows the server expects a statement to change: "changes about 1.2 M rows"; undefined where it was not asked. */
export function changeLine({ parsed, version }: StatementAnalysis, { changedBy }: Statistics): string | undefined {
  if (!parsed.ok || changedBy === undefined) return undefined;
  const rows = changedBy({ text: parsed.text, searchPath: version.get().searchPath });
  return rows === undefined ? undefined : `changes about ${rowsInWords(rows)}`;
}

const PRODUCTS: Readonly<Record<Dialect, string>> = { postgresql: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' };

/** The server that something is judged for, e.g. "PostgreSQL 17". */
export function serverName({ dialect, version }: Target): string {
  return `${PRODUCTS[dialect]} ${String(version)}`;
}
