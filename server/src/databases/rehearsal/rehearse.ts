import type { Client } from 'pg';
import type { Analysis } from '../../core/analysis';
import { estimateFrom } from '../../core/estimate/migration';
import { linksOf, rehearsedAs, tablesToCopy, type CopiedTable } from '../../core/estimate/rehearsal';
import { Sizes } from '../../core/estimate/sizes';
import { rowsInWords } from '../../core/quantities';
import { displayName } from '../../core/schema/names';
import type { Rehearsed } from '../../core/schema/speed';
import { knownDatabase, type KnownDatabase } from '../../core/snapshot';
import { readContents } from '../database';
import { DatabaseError, inWords } from '../postgres/errors';
import { readDatabase, writeDatabase } from '../postgres/connection';
import { readUrl } from '../postgres/url';
import { copyTables, finishTables } from './copy';
import { readDefinitions } from './definitions';
import { refuseProduction, withStage } from './stage';

/** How long one statement of a rehearsal may run, in ms. */
const PATIENCE = 120_000;
/** How long one query of the copying may run on the source, in ms. */
const COPY_PATIENCE = 20_000;

export interface RehearsalPlan {
  readonly tables: readonly CopiedTable[];
}

export interface RehearsalHost {
  readonly signal: AbortSignal;
  /** Is told what is being done, and how much of all is done, 0 to 1. */
  progress(what: string, share: number): void;
  /** The migrations, analysed for a database. */
  analyse(known: KnownDatabase): readonly Analysis[];
}

/** A statement that was run on the copy. */
export interface RehearsedStatement {
  readonly text: string;
  readonly path: string;
  /** Seconds; undefined where it failed. */
  readonly seconds: number | undefined;
  /** Why it failed, in the server's words. */
  readonly failure: string | undefined;
  /** What it says of the time on the whole tables; undefined where it was over at once or failed. */
  readonly rehearsed: Rehearsed | undefined;
}

export interface Rehearsal {
  readonly statements: readonly RehearsedStatement[];
  /** What was other than in the database itself, as sentences without a full stop. */
  readonly notes: readonly string[];
}

/** What a rehearsal would copy. */
export function rehearsalPlan(analyses: readonly Analysis[], known: KnownDatabase): RehearsalPlan {
  return { tables: tablesToCopy(analyses, known.schema, known.statistics).filter(({ of }) => of !== 0) };
}

/** "about 100 k rows of orders, all 1,200 of countries": to be said before anything is read. */
export function planInWords({ tables }: RehearsalPlan): readonly string[] {
  return tables.map(({ relation, of, rows }) => (of !== undefined && of <= rows ? `all ${rowsInWords(of)} of ${displayName(relation)}` : `at most ${rowsInWords(rows)} of ${displayName(relation)}`));
}

/**
 * Runs migrations on a copy of a part of their tables. The copy lies in a database of its own, which is made on the server of
 * `stage` and removed at the end, however that comes; the source is only read. Neither may be marked as production. Throws a
 * {@link DatabaseError}.
 * @param source the database that the migrations are for
 * @param stage a connection URL of a server on which databases may be made
 */
export async function rehearse(source: string, stage: string, known: KnownDatabase, host: RehearsalHost): Promise<Rehearsal> {
  const notes: string[] = [];
  const note = (sentence: string): void => {
    notes.push(sentence);
  };
  host.progress('looking at both servers', 0);
  const locale = await refuseProduction(source, nameOf(source));
  await refuseProduction(stage, nameOf(stage));
  const analyses = host.analyse(known);
  const { tables } = rehearsalPlan(analyses, known);
  const links = linksOf(analyses, known.schema);
  try {
    return await withStage(stage, locale, host.signal, note, async (database) => {
      await writeDatabase(stage, database, PATIENCE, async (target) => {
        const copying = { signal: host.signal, note, progress: (what: string, share: number) => { host.progress(what, 0.5 * share); } };
        const definitions = await readDatabase(source, async (reading) => {
          const read = await readDefinitions(reading, tables.map(({ relation }) => relation));
          await copyTables(reading, target, read, tables, links, copying);
          return read;
        }, COPY_PATIENCE);
        await finishTables(target, definitions, copying);
      });
      const { version, ...contents } = await readContents(withName(stage, database));
      if (version !== known.target.version) note(`the rehearsal ran on PostgreSQL ${String(version)}, the database is on ${String(known.target.version)}`);
      const copy = knownDatabase({ ...contents, server: { dialect: 'postgresql', version } }, 'connection');
      return { statements: await writeDatabase(stage, database, PATIENCE, (target) => run(target, copy, host, readUrl(stage))), notes };
    });
  } catch (error) {
    if (host.signal.aborted) throw new DatabaseError('the rehearsal was cancelled');
    throw error;
  }
}

/** Runs the statements one after the other, those of a transaction in it. One that fails is taken back, and the next one runs. */
async function run(target: Client, copy: KnownDatabase, host: RehearsalHost, place: ReturnType<typeof readUrl>): Promise<readonly RehearsedStatement[]> {
  await target.query('RESET check_function_bodies; RESET client_min_messages');
  const analyses = host.analyse(copy);
  const all = analyses.reduce((sum, { statements }) => sum + statements.length, 0);
  const found: RehearsedStatement[] = [];
  let sizes = Sizes.of(copy.statistics);
  let isOpen = false;
  for (const analysis of analyses) {
    const { estimate, after } = estimateFrom(analysis, sizes);
    sizes = after;
    for (const [index, { parsed, effects, segment }] of analysis.statements.entries()) {
      host.signal.throwIfAborted();
      if (!parsed.ok || effects === undefined || segment.direction !== 'up') continue;
      host.progress(`running statement ${String(found.length + 1)} of ${String(all)}`, 0.6 + (0.4 * found.length) / all);
      const { text } = parsed;
      const isControl = effects.control !== undefined;
      if (isOpen && !isControl) await target.query('SAVEPOINT lockscope_statement');
      const started = performance.now();
      try {
        await target.query(text);
        const seconds = (performance.now() - started) / 1000;
        const rows = Math.max(0, ...(estimate.statements[index]?.work ?? []).map((work) => work.rows ?? 0));
        found.push({ text, path: analysis.path, seconds, failure: undefined, rehearsed: isControl ? undefined : rehearsedAs(estimate.statements[index]?.runs?.likely, seconds, rows) });
      } catch (error) {
        if (host.signal.aborted) throw error;
        if (isOpen && !isControl) await target.query('ROLLBACK TO SAVEPOINT lockscope_statement');
        const failure = error instanceof Error && 'severity' in error ? error.message : inWords(error, place).message;
        found.push({ text, path: analysis.path, seconds: undefined, failure, rehearsed: undefined });
      }
      if (isControl) isOpen = await inTransaction(target);
    }
    if (isOpen) await target.query('COMMIT').catch(() => undefined);
    isOpen = false;
  }
  return found;
}

/** Whether the session is in a transaction: only there a savepoint can be made. */
async function inTransaction(target: Client): Promise<boolean> {
  try {
    await target.query('SAVEPOINT lockscope_look; RELEASE SAVEPOINT lockscope_look');
    return true;
  } catch {
    return false;
  }
}

/** The URL of another database on the same server. */
function withName(url: string, database: string): string {
  const other = new URL(url.replace(/^(postgres(?:ql)?):\/\/(?=[/?]|$)/u, '$1://localhost'));
  other.searchParams.set('dbname', database);
  return other.toString();
}

function nameOf(url: string): string {
  const { database, server } = readUrl(url);
  return `${database} on ${server}`;
}
