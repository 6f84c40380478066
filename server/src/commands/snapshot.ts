import { writeSnapshot, type Snapshot } from '../core/snapshot';
import { exclude } from '../core/snapshot-exclude';
import { contentsOf, urlOfEnvironment } from './database';
import { Failure } from './failure';
import { print } from './output';

export interface SnapshotOptions {
  readonly databaseUrl?: string;
  readonly exclude?: readonly string[];
}

/** `lockscope snapshot`: prints catalogue and statistics of a database as JSON, to commit or to use in a pipeline. */
export async function snapshot(options: SnapshotOptions): Promise<number> {
  const url = options.databaseUrl ?? urlOfEnvironment();
  if (url === undefined) throw new Failure('which database? Give --database-url, or set LOCKSCOPE_DATABASE_URL');
  const { catalog, sizes, settings, applied, version } = await contentsOf(url);
  const takenAt = `${new Date().toISOString().slice(0, 19)}Z`;
  const taken: Snapshot = { version: 1, server: { dialect: 'postgresql', version }, takenAt, catalog, sizes, settings, applied };
  print(writeSnapshot(exclude(taken, options.exclude ?? [])));
  return 0;
}
