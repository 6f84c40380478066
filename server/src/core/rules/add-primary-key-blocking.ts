import { addUsingIndex } from '../rewrites/using-index';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { because, takes } from './words';

export const addPrimaryKeyBlocking = defineRule({
  meta: {
    id: 'add-primary-key-blocking',
    group: 'constraint',
    summary: 'A primary key builds its index, or checks for NULL, while reads and writes wait',
    severity: 'error',
    recommended: true,
    danger:
      '`ADD PRIMARY KEY` takes ACCESS EXCLUSIVE, makes its columns NOT NULL (reading the whole table unless that is known) and builds a unique index. `USING INDEX` spares the build but not the reading.',
    safeWay:
      'Make the columns NOT NULL without a scan under the lock (a CHECK that is validated apart, or NOT NULL … NOT VALID from PostgreSQL 18 on), build the index with `CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD CONSTRAINT … PRIMARY KEY USING INDEX`.',
    versions: 'The lock on the table is the same on 12 to 18. Of a partitioned table, partitions are locked SHARE up to 17 and ACCESS EXCLUSIVE from 18 on.',
    whenToIgnore: 'The table is small and will stay so.',
    sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX'],
    bad: [
      {
        title: 'Column known to be NOT NULL',
        schema: 'CREATE TABLE users (id bigint NOT NULL);',
        sql: 'ALTER TABLE users ADD PRIMARY KEY (id);\n',
        fixed: 'CREATE UNIQUE INDEX CONCURRENTLY users_pkey ON users (id);\nALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;\n',
      },
      {
        title: 'Column that may hold NULL',
        schema: 'CREATE TABLE users (id bigint);',
        version: 15,
        sql: 'ALTER TABLE users ADD CONSTRAINT users_pk PRIMARY KEY (id);\n',
        fixed:
          'ALTER TABLE users ADD CONSTRAINT users_id_is_not_null CHECK (id IS NOT NULL) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT users_id_is_not_null;\nALTER TABLE users ALTER COLUMN id SET NOT NULL;\nALTER TABLE users DROP CONSTRAINT users_id_is_not_null;\nCREATE UNIQUE INDEX CONCURRENTLY users_pk ON users (id);\nALTER TABLE users ADD CONSTRAINT users_pk PRIMARY KEY USING INDEX users_pk;\n',
      },
    ],
    good: [
      {
        schema: 'CREATE TABLE users (id bigint NOT NULL);',
        sql: 'CREATE UNIQUE INDEX CONCURRENTLY u ON users (id);\nALTER TABLE users ADD CONSTRAINT u PRIMARY KEY USING INDEX u;\n',
      },
      { title: 'The table is new', sql: 'CREATE TABLE users (id bigint);\nALTER TABLE users ADD PRIMARY KEY (id);\n' },
    ],
  },
  kinds: ['add constraint'],
  find: (context) =>
    actionsOf(context.effects, 'add constraint').filter(
      (action) => action.constraint === 'primary key' && (action.usingIndex === undefined || action.work.scans) && !isQuiet(context, action, 'index'),
    ),
  say(action, { parsed }) {
    const span = headline(parsed.text, action.span);
    const lock = takes(action.work.lock, action.relation);
    if (action.usingIndex !== undefined) {
      return { span, message: `PRIMARY KEY USING INDEX ${lock} while every row is checked for NULL. Make the columns NOT NULL first, without a scan under the lock.${because(action.work.because)}` };
    }
    return { span, message: `Adding a primary key ${lock} until its index is built. Build it with CREATE UNIQUE INDEX CONCURRENTLY on columns that are NOT NULL, then add the key USING INDEX.` };
  },
  mend: (action, context) => (action.usingIndex === undefined ? addUsingIndex(context, action) : []),
});
