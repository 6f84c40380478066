import type { Activity } from '../core/blockers/activity';
import type { Catalog } from '../core/schema/catalog';
import type { RelationSizes, ServerSettings } from '../core/schema/statistics';
import type { AppliedRecord } from '../core/applied';
import type { Replication } from '../core/replication';
import { readActivity } from './postgres/activity';
import { readApplied } from './postgres/applied';
import { readCatalogFor } from './postgres/catalog';
import { readDatabase, type Reading } from './postgres/connection';
import { readPace } from './postgres/pace';
import { readReplication } from './postgres/replication';
import { readWhole } from './postgres/pages';
import { only } from './postgres/scope';
import { readSettings, readSizes } from './postgres/statistics';

export { DatabaseError } from './postgres/errors';

/** What is read of a live database at once. */
export interface DatabaseContents {
  /** Major version of the server. */
  readonly version: number;
  readonly catalog: Catalog;
  readonly sizes: RelationSizes;
  readonly settings: ServerSettings;
  /** What migration tools noted in tables of theirs. */
  readonly applied: readonly AppliedRecord[];
  readonly replication: Replication;
  /** The names that were looked for; undefined where all was read. */
  readonly asked?: ReadonlySet<string>;
}

/**
 * Reads catalogue and statistics of a PostgreSQL database, in one read-only transaction of one session.
 * @param url postgresql://…
 * @param words identifiers of the texts that are to be judged, as `wordsOf` finds them: what they may name is read in
 *   detail, with what hangs on it, of all else only that it is there. Without them everything is read
 * Throws a {@link DatabaseError} that says in plain words what went wrong, without passwords.
 */
export function readContents(url: string, words?: ReadonlySet<string>): Promise<DatabaseContents> {
  return readDatabase(url, (reading) => contentsFor(reading, words));
}

/**
 * Reads what goes on in a database now: sessions and their locks, replicas, progress, what migrations left behind.
 * Throws a {@link DatabaseError}.
 */
export function readActivityOf(url: string): Promise<Activity> {
  return readDatabase(url, readActivity, ACTIVITY_LIMIT);
}

/** What decides how fast the server is, as it is set and as it was measured just now. */
export async function readSettingsAndPace(reading: Reading): Promise<ServerSettings> {
  const pace = await readPace(reading);
  return { ...(await readSettings(reading)), ...(pace === undefined ? {} : { pace }) };
}

/** Somebody looks on, and asks again two seconds later; in ms. */
const ACTIVITY_LIMIT = 5000;

async function contentsFor(reading: Reading, words: ReadonlySet<string> | undefined): Promise<DatabaseContents> {
  const version = Math.floor(reading.versionNumber / 10000);
  const settings = await readSettingsAndPace(reading);
  const applied = await readApplied(reading);
  const replication = await readReplication(reading);
  if (words === undefined) return { version, ...(await readWhole(reading)), settings, applied, replication };
  const { catalog, focus } = await readCatalogFor(reading, words);
  return { version, catalog, sizes: await readSizes(reading, only(focus.oids)), settings, applied, replication, asked: words };
}
