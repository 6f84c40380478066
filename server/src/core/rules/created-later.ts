import type { LockClaim } from '../effects/effects';
import type { Schema } from '../schema/schema';
import { headline } from './place';
import { defineFileRule } from './rule';
import { called } from './words';

export const createdLater = defineFileRule({
  meta: {
    id: 'created-later',
    group: 'transaction',
    upOnly: true,
    summary: 'A migration uses a table that only a later migration of the folder creates',
    severity: 'warning',
    recommended: true,
    danger: 'The files run in the order of their numbers. Where the table was made before, by hand or because the files were numbered anew, it works; on a new database, in a test or after a restore the migration fails and nothing behind it runs.',
    safeWay: 'Give the file a number behind the one that creates the table.',
    whenToIgnore: 'The table exists before the first migration everywhere, and the later CREATE TABLE never runs there.',
    sources: ['https://www.postgresql.org/docs/current/sql-createtable.html'],
    bad: [
      { sql: 'ALTER TABLE orders ADD COLUMN note text;\n', path: 'migrations/001_note.sql', others: { 'migrations/002_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY);\n' } },
      {
        sql: 'CREATE INDEX CONCURRENTLY i ON app.orders (total);\n',
        path: 'migrations/20240101_index.sql',
        others: { 'migrations/20240102_orders.sql': 'CREATE SCHEMA app;\nCREATE TABLE app.orders (id bigint PRIMARY KEY, total int);\n' },
      },
    ],
    good: [
      { sql: 'ALTER TABLE orders ADD COLUMN note text;\n', path: 'migrations/002_note.sql', others: { 'migrations/001_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY);\n' } },
      {
        title: 'It may have been there before',
        sql: 'ALTER TABLE orders ADD COLUMN note text;\n',
        path: 'migrations/001_note.sql',
        others: { 'migrations/002_orders.sql': 'CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY);\n' },
      },
      {
        title: 'It is made anew',
        sql: 'ALTER TABLE orders ADD COLUMN note text;\n',
        path: 'migrations/001_note.sql',
        others: { 'migrations/002_orders.sql': 'DROP TABLE orders;\nCREATE TABLE orders (id bigint PRIMARY KEY);\n' },
      },
    ],
  },
  *findInFile(file) {
    const { neighbours } = file;
    if (neighbours?.hasLater !== true) return;
    const asked = new Set<string>();
    for (const { effects, parsed, span, segment, version } of file.statements) {
      if (effects === undefined || segment.direction === 'down') continue;
      for (const { relation, origin } of effects.locks) {
        if (origin !== undefined || asked.has(relation)) continue;
        asked.add(relation);
        const later = neighbours.createdLater(relation);
        if (later === undefined || isKnown(relation, version.get())) continue;
        const place = headline(parsed.text, { offset: 0, length: parsed.text.length });
        yield {
          message: `${called(relation)} is used here, and only ${later.path}, which runs later, creates it: on a new database this fails. Number this file behind it.`,
          span: { offset: span.offset + place.offset, length: place.length },
          related: [{ message: `${called(relation)} is created here`, ...later }],
        };
      }
    }
  },
});

/** Whether a relation is known to exist by more than being spoken of. */
function isKnown(relation: LockClaim['relation'], schema: Schema): boolean {
  const known = schema.relations.get(relation);
  return known !== undefined && !('partial' in known);
}
