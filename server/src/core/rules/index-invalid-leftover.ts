import type { Action } from '../effects/effects';
import { dropLeftover } from '../rewrites/leftover';
import { nameParts, objectName } from '../schema/names';
import type { Index } from '../schema/schema';
import type { SchemaView } from '../schema/view';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { called } from './words';

export const indexInvalidLeftover = defineRule({
  meta: {
    id: 'index-invalid-leftover',
    group: 'index',
    summary: 'IF NOT EXISTS keeps the invalid index that a failed CREATE INDEX CONCURRENTLY left behind',
    severity: 'warning',
    recommended: true,
    danger:
      'When `CREATE INDEX CONCURRENTLY` fails (a duplicate, a timeout, a deadlock) the index stays, invalid: it costs every write and serves no query. Run again, `IF NOT EXISTS` finds the name taken, does nothing, and the migration passes.',
    safeWay: 'Drop what may be left first: `DROP INDEX CONCURRENTLY IF EXISTS`, then create it without IF NOT EXISTS. Or check `pg_index.indisvalid` afterwards.',
    whenToIgnore: 'Something else checks that the index is valid.',
    sources: ['https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],
    bad: [
      {
        schema: 'CREATE SCHEMA app; CREATE TABLE app.users (email text);',
        sql: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON app.users (email);\n',
        fixed: 'DROP INDEX CONCURRENTLY IF EXISTS app.users_email_idx;\nCREATE INDEX CONCURRENTLY users_email_idx ON app.users (email);\n',
      },
      {
        schema: 'CREATE TABLE users (email text);',
        sql: 'create unique index concurrently if not exists "U" on users (email);\n',
        fixed: 'drop index concurrently if exists "U";\ncreate unique index concurrently "U" on users (email);\n',
      },
    ],
    good: [
      { sql: 'DROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY i ON users (email);\n' },
      { sql: 'CREATE TABLE users (email text);\nCREATE INDEX IF NOT EXISTS i ON users (email);\n' },
      { title: 'It is there, and valid', schema: 'CREATE TABLE users (email text);\nCREATE INDEX i ON users (email);', sql: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (email);\n' },
      {
        title: 'On a partitioned table it fails in any case',
        schema: 'CREATE TABLE events (id int, at date) PARTITION BY RANGE (at);',
        sql: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON events (at);\n',
      },
    ],
  },
  kinds: ['create index'],
  find: ({ effects, before }) =>
    actionsOf(effects, 'create index')
      .filter((action) => action.concurrently && action.ifNotExists && !action.isNew && !action.partitioned)
      .map((action) => ({ action, known: knownIndex(action, before) }))
      .filter(({ known }) => known?.valid !== true),
  say: ({ action, known }, { parsed }) => ({
    message:
      known === undefined
        ? `IF NOT EXISTS also accepts the invalid index that a failed CONCURRENTLY leaves behind, and queries go without ${action.index ?? 'it'}. Drop what is left first, then create it.`
        : `${called(known.name)} is there and invalid: a build that failed left it, and IF NOT EXISTS leaves it as it is. Drop it first, then create it.`,
    span: headline(parsed.text, action.span),
  }),
  mend: ({ action }, context) => dropLeftover(context, action),
});

/** The index of that name beside the table, valid or not. */
function knownIndex({ relation, index }: Extract<Action, { kind: 'create index' }>, before: SchemaView): Index | undefined {
  const known = relation === undefined || index === undefined ? undefined : before.relation(objectName(nameParts(relation).schema, index));
  return known?.kind === 'index' ? (known) : undefined;
}
