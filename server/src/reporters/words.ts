import type { Effects } from '../core/effects/effects';
import { blocks, strength } from '../core/effects/postgres/lock-modes';

/** How many locks of one statement are named before the rest is counted. */
const NAMED = 2;

/** How many relations that are rewritten or read are named. */
const MOST_RELATIONS = 8;

/**
 * What a statement does to others in words, the strongest first: `SHARE on public.users, blocks writes`.
 * Locks that keep neither reads nor writes waiting are left out; so is an empty answer.
 */
export function lockWords({ locks, rewrites, scans }: Effects): readonly string[] {
  const strong = locks.filter(({ mode }) => blocks(mode).length > 1).sort((a, b) => strength(b.mode) - strength(a.mode));
  const words = strong.slice(0, NAMED).map(({ mode, relation }) => `${mode} on ${relation}, ${blockedWords(blocks(mode))}`);
  if (strong.length > NAMED) words.push(`and ${plural(strong.length - NAMED, 'more lock')}`);
  if (rewrites.length > 0) words.push(`rewrites ${firstOf(rewrites)}`);
  else if (scans.length > 0 && strong.length > 0) words.push(`reads all of ${firstOf(scans)}`);
  return words;
}

/** A table may have tens of thousands of partitions. */
function firstOf(relations: readonly string[]): string {
  const more = relations.length - MOST_RELATIONS;
  return more <= 1 ? relations.join(', ') : `${relations.slice(0, MOST_RELATIONS).join(', ')} and ${plural(more, 'other')}`;
}

function blockedWords(blocked: readonly string[]): string {
  if (blocked.includes('read')) return 'blocks reads and writes';
  return blocked.includes('write') ? 'blocks writes' : 'blocks other DDL';
}

/** `1 file`, `3 files`. */
export function plural(count: number, noun: string): string {
  const digits = String(count).replace(/\B(?=(?:\d{3})+$)/gu, ',');
  return `${digits} ${noun}${count === 1 ? '' : 's'}`;
}
