import { PGMIGRATIONS } from './applied-tables';
import { findLine, partsOf, segmentOf } from '../parts';
import type { MigrationTool } from '../script';
import { partWayBack } from '../way-back';

const UP = /^\s*--[\s-]*up\s+migration/iu;
const DOWN = /^\s*--[\s-]*down\s+migration/iu;

/** node-pg-migrate's SQL files: all pending files in one transaction, each part sent as one query (src/sqlMigration.ts, runner.ts). */
export const nodePgMigrateSql: MigrationTool = {
  id: 'node-pg-migrate-sql',
  title: 'node-pg-migrate (SQL)',
  about: {
    files: '`-- Up Migration`, `-- Down Migration`',
    transaction: 'All pending files together; each part is sent as one query.',
    optOut: 'None in a SQL file; one in JavaScript has `pgm.noTransaction()`',
    run: '8.0.3 from npm',
  },
  recognise: ({ text }) => (findLine(text, UP) === undefined && findLine(text, DOWN) === undefined ? 0 : 0.85),
  read: ({ text }) => ({
    tool: 'node-pg-migrate-sql',
    problems: [],
    segments: partsOf(text, UP, DOWN).map(({ direction, start, end }) => segmentOf(text, start, end, { direction, wrapper: 'run', send: 'segment' })),
  }),
  // Nothing in a SQL file leaves the transaction of the run.
  migration: (path, sql, outside) => (outside ? [] : [{ path, text: `-- Up Migration${/\r\n|\r|\n/u.exec(sql)?.[0] ?? '\n'}${sql}` }]),
  wayBack: (file) => partWayBack(file, partsOf(file.text, UP, DOWN), '-- Down Migration'),
  applied: PGMIGRATIONS,
  examples: [
    {
      title: 'In the run’s transaction',
      path: 'migrations/1700000000000_age.sql',
      text: '-- Up Migration\nCREATE INDEX CONCURRENTLY i ON users (age);\n\n-- Down Migration\nDROP INDEX i;\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
    },
  ],
};
