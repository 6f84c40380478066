import { statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule } from './rule';
import { called } from './words';

export const dropConcurrentIndex = defineFileRule({
  meta: {
    id: 'drop-concurrent-index',
    group: 'index',
    upOnly: true,
    summary: 'An index is dropped that an earlier migration of the folder built concurrently',
    severity: 'info',
    recommended: true,
    danger:
      'Somebody took care to build this index on a busy table. Where both migrations have not run yet, the build is for nothing: it reads the whole table twice. Where the first one has run, queries may rely on the index by now, and without it each of them reads the table.',
    safeWay: 'If neither migration has run anywhere, take the index out of the first one. Else see in `pg_stat_user_indexes` that nobody uses it, and drop it concurrently.',
    whenToIgnore: 'The index is not used, as its statistics show.',
    sources: ['https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ALL-INDEXES-VIEW'],
    bad: [
      {
        sql: 'DROP INDEX CONCURRENTLY users_email;\n',
        path: 'migrations/002_drop.sql',
        others: { 'migrations/001_index.sql': '-- for the login\nCREATE INDEX CONCURRENTLY users_email ON users (email);\n' },
      },
      {
        sql: 'DROP INDEX app."By Email";\n',
        path: 'migrations/V3__drop.sql',
        others: { 'migrations/V1__index.sql': 'CREATE UNIQUE INDEX CONCURRENTLY "By Email" ON app.users (email);\n', 'migrations/V2__more.sql': 'SELECT 1;\n' },
      },
    ],
    good: [
      { sql: 'DROP INDEX CONCURRENTLY users_email;\n', path: 'migrations/002_drop.sql', others: { 'migrations/001_index.sql': 'CREATE TABLE users (email text);\nCREATE INDEX users_email ON users (email);\n' } },
      {
        title: 'A replacement was built in between',
        sql: 'DROP INDEX CONCURRENTLY users_email;\n',
        path: 'migrations/003_drop.sql',
        others: {
          'migrations/001_index.sql': 'CREATE INDEX CONCURRENTLY users_email ON users (email);\n',
          'migrations/002_index.sql': 'CREATE INDEX CONCURRENTLY users_email_name ON users (email, name);\n',
        },
      },
    ],
  },
  *findInFile(file) {
    const { neighbours } = file;
    if (neighbours === undefined) return;
    for (const [, { effects, parsed, span, segment, version }] of statementsWith(file, 'drop index')) {
      if (effects === undefined || segment.direction === 'down') continue;
      for (const action of actionsOf(effects, 'drop index')) {
        const schema = version.get();
        const index = schema.relations.get(action.index);
        if ((index?.kind !== 'index' && index?.kind !== 'partitioned index') || index.origin === undefined || index.origin === file.path) continue;
        const built = neighbours.builtConcurrently(index.origin, action.index);
        const table = schema.relations.get(index.table);
        const first = index.keys[0]?.column;
        const siblings = table !== undefined && 'indexes' in table ? table.indexes : [];
        const isReplaced = siblings.some((name) => {
          const other = schema.relations.get(name);
          return name !== action.index && (other?.kind === 'index' || other?.kind === 'partitioned index') && first !== undefined && other.keys[0]?.column === first;
        });
        if (built === undefined || isReplaced) continue;
        const place = headline(parsed.text, action.span);
        yield {
          message: `${called(action.index)} was built concurrently by ${index.origin} and nothing replaces it. If neither has run yet, take it out there; else see first that no query uses it.`,
          span: { offset: span.offset + place.offset, length: place.length },
          related: [{ message: 'built here', ...built }],
        };
      }
    }
  },
});
