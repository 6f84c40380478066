import { DatabaseError } from './errors';
import { readDatabase } from './connection';

/** A statement as pg_stat_statements has it. */
export interface PastStatement {
  /** The text, without the values of its constants. */
  readonly text: string;
  readonly calls: number;
  /** Mean and deviation of its times, in seconds. */
  readonly seconds: number;
  readonly deviation: number;
  /** Rows that it changed or gave, each time. */
  readonly rows: number;
}

export type PastStatements = { readonly available: true; readonly statements: readonly PastStatement[] } | { readonly available: false; readonly why: string };

/** The most that are read, the slowest first. */
const MOST = 500;

/** The kinds of statement that migrations are made of, and that take their time. */
const INTERESTING = '^\\s*(?:create\\s+(?:unique\\s+)?(?:index|table|materialized)|alter\\s+(?:table|domain|materialized)|reindex|vacuum|cluster|refresh|update|delete|insert|merge)\\M';

/**
 * What past statements of this database took, from the extension pg_stat_statements where it is installed and the role may
 * read it. Statements of other users that are hidden from the role are left out. Nothing here throws but for a connection
 * that fails: without the extension the answer says why.
 */
export async function readPastStatements(url: string): Promise<PastStatements> {
  try {
    return await readDatabase(url, async (reading): Promise<PastStatements> => {
      const [extension] = await reading.rows(
        "SELECT pg_catalog.quote_ident(nspname) FROM pg_catalog.pg_extension JOIN pg_catalog.pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_stat_statements'",
      );
      if (extension === undefined) return { available: false, why: 'the extension pg_stat_statements is not installed in this database' };
      // The columns have had these names since 13.
      const [mean, deviation] = reading.versionNumber >= 130000 ? ['mean_exec_time', 'stddev_exec_time'] : ['mean_time', 'stddev_time'];
      const rows = await reading.rows(
        `SELECT query, calls::float8, ${mean} / 1000, ${deviation} / 1000, rows::float8 / greatest(calls, 1) FROM ${String(extension[0])}.pg_stat_statements
         WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AND query ~* $1 ORDER BY ${mean} DESC LIMIT ${String(MOST)}`,
        [INTERESTING],
      );
      return {
        available: true,
        statements: rows.map(([text, calls, seconds, spread, changed]) => ({ text: String(text), calls: Number(calls), seconds: Number(seconds), deviation: Number(spread), rows: Number(changed) })),
      };
    });
  } catch (error) {
    if (error instanceof DatabaseError && error.message.includes('pg_stat_statements')) return { available: false, why: error.message };
    throw error;
  }
}
