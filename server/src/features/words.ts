import type { Effects, LockClaim } from '../core/effects/effects';
import { blocks, blocksTraffic, strength, type LockMode } from '../core/effects/postgres/lock-modes';
import { displayName, type RelationName } from '../core/schema/names';
import { sizeInWords } from '../core/quantities';
import type { Statistics } from '../core/schema/statistics';
import type { Dialect, Target } from '../core/target';

/** What a lock keeps waiting: "reads and writes", "writes", or "schema changes" where traffic goes on. */
export function blocked(mode: LockMode): string {
  const waiting = blocks(mode);
  if (waiting.includes('read')) return 'reads and writes';
  return waiting.includes('write') ? 'writes' : 'schema changes';
}

/** A list for people, cut short after `most`: "a, b and 3 more". */
export function listed(items: readonly string[], most = Infinity): string {
  const shown = items.slice(0, most);
  const rest = items.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
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

/** The locks of a statement in one line, with the sizes of what is locked, and the work done under them; undefined for one that only reads. */
export function lockLine(effects: Effects, path: string, statistics: Statistics): string | undefined {
  const claims = noteworthy(effects, path);
  if (claims.length === 0) return undefined;
  const byMode = new Map<LockMode, RelationName[]>();
  for (const { mode, relation } of claims) byMode.set(mode, [...(byMode.get(mode) ?? []), relation]);
  const parts = [...byMode].map(([mode, relations]) => `${mode} on ${listed(relations.map((relation) => sized(relation, statistics)), 3)}: blocks ${blocked(mode)}`);
  const locked = new Set(claims.map(({ relation }) => relation));
  if (effects.rewrites.some((relation) => locked.has(relation))) parts.push('rewrites the table');
  else if (effects.scans.some((relation) => locked.has(relation))) parts.push('reads every row');
  return parts.join(' · ');
}

/** A relation with its size, where that is known: "users (2.1 M rows, 1.4 GB)". */
function sized(relation: RelationName, statistics: Statistics): string {
  const size = statistics.sizeOf(relation);
  const words = size === undefined ? undefined : sizeInWords(size);
  return words === undefined ? displayName(relation) : `${displayName(relation)} (${words})`;
}

const PRODUCTS: Readonly<Record<Dialect, string>> = { postgresql: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' };

/** The server that something is judged for, e.g. "PostgreSQL 17". */
export function serverName({ dialect, version }: Target): string {
  return `${PRODUCTS[dialect]} ${String(version)}`;
}
