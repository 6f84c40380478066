import { byStem, listed, numberOf, stemOf } from '../parts';
import type { AppliedTable } from '../script';

/** Where goose notes what it applied, in whatever language the migrations are. */
export const GOOSE_TABLE: AppliedTable = {
  table: 'goose_db_version',
  columns: ['version_id', 'is_applied'],
  at: 'tstamp',
  order: 'id',
  unmistakable: true,
  rows: 'each',
  noted: ({ version_id: key, is_applied: isApplied }) => [{ key: key ?? '', state: isApplied === 'true' ? 'applied' : 'not applied' }],
  keysOf: ({ path }) => listed(numberOf(path)),
};

/** Where node-pg-migrate notes what it applied: files by their names without an ending. */
export const PGMIGRATIONS: AppliedTable = { table: 'pgmigrations', columns: ['name', 'run_on'], at: 'run_on', rows: 'each', keysOf: ({ path }) => [stemOf(path)] };

/** Where yoyo notes what it applied: files by their names without an ending. */
export const YOYO_TABLE: AppliedTable = { table: '_yoyo_migration', columns: ['migration_id', 'applied_at_utc'], at: 'applied_at_utc', rows: 'each', keysOf: ({ path }) => [stemOf(path)] };

/** Where Sequelize and Umzug note what they applied: the file's name, whose ending is that of what was compiled. */
export const SEQUELIZE_META: AppliedTable = { table: 'SequelizeMeta', columns: ['name'], rows: 'each', noted: byStem, keysOf: ({ path }) => [stemOf(path)] };
