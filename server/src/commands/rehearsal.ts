import { isatty } from 'node:tty';
import type { Analysis } from '../core/analysis';
import type { Rehearsed } from '../core/schema/speed';
import type { KnownDatabase } from '../core/snapshot';
import { DatabaseError } from '../databases/database';
import { planInWords, rehearsalPlan, rehearse } from '../databases/rehearsal/rehearse';
import { Failure } from './failure';
import { warn } from './output';

/** The server that rehearsals run on, as an option or the environment names it; undefined: there is to be none. */
export function rehearsalServer(option: string | undefined): string | undefined {
  const url = option ?? process.env.LOCKSCOPE_REHEARSE_ON;
  return url === undefined || url === '' ? undefined : url;
}

/**
 * Rehearses migrations, after saying what that reads. Ctrl+C ends it and removes the copy. Throws a {@link Failure}.
 * @returns what came of it, by the text of the statements
 */
export async function rehearsed(source: string | undefined, stage: string, known: KnownDatabase, analyse: (known: KnownDatabase) => readonly Analysis[]): Promise<ReadonlyMap<string, Rehearsed>> {
  if (source === undefined) throw new Failure('--rehearse-on: a copy of which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL');
  const parts = planInWords(rehearsalPlan(analyse(known), known));
  warn(parts.length === 0 ? 'rehearsing: no table is copied' : `rehearsing: copies ${parts.join(', ')} to a new database, runs the migration there, and removes it`);
  const stop = new AbortController();
  const end = (): void => {
    stop.abort();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  let last = '';
  const progress = (what: string): void => {
    if (isatty(2) && what !== last) warn((last = what));
  };
  try {
    const { statements, notes } = await rehearse(source, stage, known, { signal: stop.signal, progress, analyse });
    for (const note of notes) warn(note);
    for (const { text, path, failure } of statements) if (failure !== undefined) warn(`${path}: failed in the rehearsal: ${excerpt(text)}: ${failure}`);
    return new Map(statements.flatMap(({ text, rehearsed: found }) => (found === undefined ? [] : [[text, found] as const])));
  } catch (error) {
    throw error instanceof DatabaseError ? new Failure(`rehearsal: ${error.message}`) : error;
  } finally {
    process.removeListener('SIGINT', end);
    process.removeListener('SIGTERM', end);
  }
}

function excerpt(text: string): string {
  const words = text.replace(/\s+/gu, ' ').trim();
  return words.length <= 70 ? words : `${words.slice(0, 69)}…`;
}
