import { randomBytes } from 'node:crypto';
import { quoteIdentifier } from '../../core/schema/names';
import { DatabaseError } from '../postgres/errors';
import { readDatabase, writeDatabase } from '../postgres/connection';

/** What a rehearsal's database is called: when it was made, in seconds since 1970, and something that no other has. */
const PREFIX = 'lockscope_rehearsal_';
/** A database that was left behind by a program that was ended is removed after this, in seconds. */
const OLD = 3600;
/** How long making and removing a database may take, in ms. */
const PATIENCE = 60_000;

/** The mark that the owner of a database gives it: `ALTER DATABASE shop SET lockscope.production = on`. */
const MARK = "SELECT pg_catalog.lower(coalesce(pg_catalog.current_setting('lockscope.production', true), '')) IN ('on', 'true', 'yes', '1'), datcollate, datctype, pg_catalog.pg_encoding_to_char(encoding) FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()";

export interface Locale {
  readonly collate: string;
  readonly ctype: string;
  readonly encoding: string;
}

/** Throws a {@link DatabaseError} where a database is marked as production; otherwise gives how it sorts. */
export async function refuseProduction(url: string, name: string): Promise<Locale> {
  const [row] = await readDatabase(url, (reading) => reading.rows(MARK));
  if (row?.[0] === true) throw new DatabaseError(`${name} is marked as production (lockscope.production): nothing is rehearsed with it`);
  return { collate: String(row?.[1]), ctype: String(row?.[2]), encoding: String(row?.[3]) };
}

/**
 * Makes an empty database on a server, lets `use` have its name, and removes it whatever happens.
 * @param signal ends every session of it when it fires
 * @param note is told what is other than asked for
 */
export async function withStage<T>(url: string, { collate, ctype, encoding }: Locale, signal: AbortSignal, note: (sentence: string) => void, use: (database: string) => Promise<T>): Promise<T> {
  const name = `${PREFIX}${String(Math.floor(Date.now() / 1000))}_${randomBytes(4).toString('hex')}`;
  await removeOld(url);
  const like = `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0`;
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  await writeDatabase(url, undefined, PATIENCE, async (client) => {
    try {
      await client.query(`${like} ENCODING ${literal(encoding)} LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)}`);
    } catch {
      await client.query(like);
      note(`the server of the rehearsal has no locale ${collate}: text is sorted otherwise there`);
    }
  });
  const end = (): void => {
    void remove(url, name).catch(() => undefined);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    return await use(name);
  } finally {
    signal.removeEventListener('abort', end);
    await remove(url, name).catch(() => {
      note(`the database ${name} could not be removed; the next rehearsal on that server does it`);
    });
  }
}

/** Ends the sessions of a database and removes it. */
async function remove(url: string, name: string): Promise<void> {
  await writeDatabase(url, undefined, PATIENCE, async (client) => {
    await client.query('SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1', [name]);
    for (let attempt = 1; ; attempt++) {
      try {
        await client.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
        return;
      } catch (error) {
        // A session that is being ended counts for a moment still.
        if (attempt === 5) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  });
}

async function removeOld(url: string): Promise<void> {
  const rows = await readDatabase(url, (reading) => reading.rows("SELECT datname FROM pg_catalog.pg_database WHERE datname ~ ('^' || $1 || '[0-9]+_[0-9a-f]{8}$')", [PREFIX]));
  for (const [name] of rows) {
    const made = Number(String(name).slice(PREFIX.length).split('_')[0]);
    if (Date.now() / 1000 - made > OLD) await remove(url, String(name)).catch(() => undefined);
  }
}
