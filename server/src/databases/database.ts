import type { Catalog } from '../core/schema/catalog';
import type { RelationSizes, ServerSettings } from '../core/schema/statistics';
import { readCatalog } from './postgres/catalog';
import { readDatabase } from './postgres/connection';
import { readSettings, readSizes } from './postgres/statistics';

export { DatabaseError } from './postgres/errors';

/** What is read of a live database at once. */
export interface DatabaseContents {
  /** Major version of the server. */
  readonly version: number;
  readonly catalog: Catalog;
  readonly sizes: RelationSizes;
  readonly settings: ServerSettings;
}

/**
 * Reads catalogue and statistics of a PostgreSQL database, in one read-only transaction of one session.
 * @param url postgresql://…
 * Throws a {@link DatabaseError} that says in plain words what went wrong, without passwords.
 */
export function readContents(url: string): Promise<DatabaseContents> {
  return readDatabase(url, async (reading) => ({
    version: Math.floor(reading.versionNumber / 10000),
    catalog: await readCatalog(reading),
    sizes: await readSizes(reading),
    settings: await readSettings(reading),
  }));
}
