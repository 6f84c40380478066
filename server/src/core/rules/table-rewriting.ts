import type { Action, Effects } from '../effects/effects';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';
import { isQuiet } from './size';
import { takes } from './words';

export const tableRewriting = defineRule({
  meta: {
    id: 'table-rewriting',
    group: 'table',
    summary: 'CLUSTER, VACUUM FULL, SET LOGGED, a new tablespace or access method write the whole table anew',
    severity: 'error',
    recommended: true,
    danger: 'Each of these copies the table, and its indexes, under ACCESS EXCLUSIVE: reads and writes wait until the copy is complete, and it needs the disk space twice.',
    safeWay: 'Use pg_repack or pg_squeeze (from PostgreSQL 19 on, REPACK CONCURRENTLY), which copy while others work; or copy into a new table and swap the names. Plain VACUUM holds up nobody.',
    versions: 'CLUSTER, VACUUM FULL, SET LOGGED and SET TABLESPACE are the same on 12 to 18; SET ACCESS METHOD exists from 15 on, and CLUSTER of a partitioned table too. SET LOGGED of a partitioned table does nothing up to 17 and is an error from 18 on.',
    whenToIgnore: 'The table is small, or nobody uses it while the migration runs.',
    sources: ['https://www.postgresql.org/docs/current/sql-cluster.html', 'https://www.postgresql.org/docs/current/sql-vacuum.html', 'https://www.postgresql.org/docs/current/sql-altertable.html'],
    bad: [{ sql: 'CLUSTER users USING users_pkey;\n' }, { sql: 'VACUUM (FULL, VERBOSE) users;\n' }, { sql: 'ALTER TABLE users SET UNLOGGED;\n' }, { sql: 'ALTER TABLE users SET TABLESPACE fast;\n' }],
    good: [{ sql: 'VACUUM (ANALYZE) users;\n' }, { sql: 'CREATE TABLE users (id int);\nALTER TABLE users SET UNLOGGED;\n' }],
  },
  kinds: ['cluster', 'vacuum', 'set logged', 'set unlogged', 'set tablespace', 'set access method'],
  find: (context) =>
    actionsOf(context.effects, 'cluster', 'vacuum', 'set logged', 'set unlogged', 'set tablespace', 'set access method').filter(
      (action) => (action.kind === 'vacuum' ? action.full : action.work.rewrites || isCopied(action, context.effects)) && !isQuiet(context, action, 'rewrite'),
    ),
  say: (action, { parsed, effects }) => ({
    message: `${NAMES[action.kind] ?? 'This'} ${takes(action.work.lock ?? 'ACCESS EXCLUSIVE', action.relation)} until ${isCopied(action, effects) ? 'all of its file is copied' : 'every row is written anew'}. Use pg_repack, or copy into a new table and swap.`,
    span: headline(parsed.text, action.span),
  }),
});

/** Another tablespace: the file is copied block by block, unless the table is there already. */
function isCopied({ kind, relation }: Action, { rewrites }: Effects): boolean {
  return kind === 'set tablespace' && relation !== undefined && rewrites.includes(relation);
}

const NAMES: Partial<Record<Action['kind'], string>> = {
  cluster: 'CLUSTER',
  vacuum: 'VACUUM FULL',
  'set logged': 'SET LOGGED',
  'set unlogged': 'SET UNLOGGED',
  'set tablespace': 'SET TABLESPACE',
  'set access method': 'SET ACCESS METHOD',
};
