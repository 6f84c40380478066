import type { Node } from '@pgsql/types';
import { headline } from './place';
import { actionsOf, defineRule } from './rule';

/** More key columns than this hardly ever narrow a search any further; strong_migrations draws the line there too. */
const MOST_COLUMNS = 3;

export const wideIndex = defineRule({
  meta: {
    id: 'wide-index',
    group: 'index',
    summary: 'An index on more than three columns',
    severity: 'hint',
    recommended: true,
    danger: 'Every INSERT, and every UPDATE of any of its columns, writes the index; the wider it is the less of it fits in memory. Its later columns serve only queries that fix all the earlier ones.',
    safeWay: 'Index the columns that narrow the search most. Put columns that are only read into `INCLUDE`.',
    whenToIgnore: 'A frequent query fixes all the columns, or the index makes a query read nothing else.',
    sources: ['https://www.postgresql.org/docs/current/indexes-multicolumn.html'],
    bad: [
      { sql: 'CREATE INDEX CONCURRENTLY i ON users (org, team, role, email);\n' },
      { schema: 'CREATE TABLE users (a int, b int, c int, d int, e int);', sql: 'CREATE INDEX CONCURRENTLY i ON users (a, b, c, d, e);\n' },
    ],
    good: [
      { sql: 'CREATE INDEX CONCURRENTLY i ON users (org, team, role) INCLUDE (email);\n' },
      { title: 'It guards something', sql: 'CREATE UNIQUE INDEX CONCURRENTLY i ON users (org, team, role, email);\n' },
      { title: 'BRIN is small whatever it holds', sql: 'CREATE INDEX CONCURRENTLY i ON users USING brin (a, b, c, d);\n' },
    ],
  },
  kinds: ['create index'],
  find: ({ effects }) => actionsOf(effects, 'create index').filter((action) => !action.unique && action.method === 'btree' && partsOf(action.node) > MOST_COLUMNS),
  say: (action, { parsed }) => ({
    message: `An index on ${String(partsOf(action.node))} columns costs every write and serves few queries. Index the columns that narrow the search most; put others into INCLUDE.`,
    span: headline(parsed.text, action.span),
  }),
});

function partsOf(node: Node): number {
  return 'IndexStmt' in node ? (node.IndexStmt.indexParams ?? []).length : 0;
}
