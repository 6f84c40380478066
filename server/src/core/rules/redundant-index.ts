import type { Node } from '@pgsql/types';
import type { Index } from '../schema/schema';
import { headline } from './place';
import { actionsOf, defineRule, type FindContext } from './rule';
import { called } from './words';

export const redundantIndex = defineRule({
  meta: {
    id: 'redundant-index',
    group: 'index',
    summary: 'Another index already begins with the same columns',
    severity: 'hint',
    recommended: true,
    danger: 'A B-tree index serves queries on any leading part of its columns. A second one on just that part costs every write and memory, and gains little.',
    safeWay: 'Do without it, or drop the other one if it is never needed whole.',
    whenToIgnore: 'The other index is much wider, and the narrow one is worth its upkeep.',
    sources: ['https://www.postgresql.org/docs/current/indexes-multicolumn.html'],
    bad: [
      { schema: 'CREATE TABLE users (org int, email text); CREATE INDEX a ON users (org, email);', sql: 'CREATE INDEX CONCURRENTLY b ON users (org);\n' },
      { schema: 'CREATE TABLE users (id int PRIMARY KEY);', sql: 'CREATE INDEX CONCURRENTLY b ON users (id);\n' },
    ],
    good: [
      { schema: 'CREATE TABLE users (org int, email text); CREATE INDEX a ON users (org, email);', sql: 'CREATE INDEX CONCURRENTLY b ON users (email);\n' },
      { schema: 'CREATE TABLE users (id int PRIMARY KEY);', sql: 'CREATE INDEX CONCURRENTLY b ON users USING hash (id);\n' },
    ],
  },
  kinds: ['create index'],
  *find(context) {
    for (const action of actionsOf(context.effects, 'create index')) {
      const keys = plainKeys(action.node);
      if (action.unique || action.method !== 'btree' || action.relation === undefined || keys === undefined) continue;
      const found = overlapping(context, action.relation, keys);
      if (found !== undefined) yield { action, ...found };
    }
  },
  say: ({ action, covering, replaced }, { parsed }) => ({
    message: covering === undefined
      ? `This index begins with the columns of ${called(replaced)}, which then costs every write and serves few queries that this one does not. Drop that one afterwards, concurrently.`
      : `${called(covering)} already begins with these columns, so this index costs every write and serves few queries. Do without it.`,
    span: headline(parsed.text, action.span),
  }),
});

/** The index of a table that covers the columns already, or else one that they would cover. One pass: a table may have thousands. */
function overlapping({ before }: FindContext, relation: Parameters<FindContext['before']['relation']>[0], keys: readonly string[]): { readonly covering: Index['name'] | undefined; readonly replaced: Index['name'] | undefined } | undefined {
  const table = before.relation(relation);
  if (table === undefined || !('indexes' in table)) return undefined;
  let replaced: Index['name'] | undefined;
  for (const name of table.indexes) {
    const index = before.relation(name);
    if ((index?.kind !== 'index' && index?.kind !== 'partitioned index') || index.keys[0]?.column !== keys[0]) continue;
    if (covers(index, keys)) return { covering: index.name, replaced: undefined };
    if (replaced === undefined && isPrefix(index, keys)) replaced = index.name;
  }
  return replaced === undefined ? undefined : { covering: undefined, replaced };
}

/** Whether an index, one that guards nothing, is the beginning of another. */
function isPrefix(index: Index, keys: readonly string[]): boolean {
  if (index.unique || index.included.length > 0 || index.keys.length >= keys.length) return false;
  return covers({ ...index, keys: [...index.keys, ...keys.slice(index.keys.length).map((column) => ({ column }) as Index['keys'][number])] }, keys);
}

function covers(index: Index, keys: readonly string[]): boolean {
  if (!index.valid || index.method !== 'btree' || index.predicate !== undefined || index.keys.length < keys.length) return false;
  return keys.every((key, at) => {
    const part = index.keys[at];
    return part?.column === key && part.operatorClass === undefined && part.collation === undefined;
  });
}

/** The columns of an index that is nothing but columns; undefined where order, collation, predicate or more differ. */
function plainKeys(node: Node): string[] | undefined {
  const statement = 'IndexStmt' in node ? node.IndexStmt : undefined;
  if (statement === undefined || statement.whereClause !== undefined || (statement.indexIncludingParams ?? []).length > 0) return undefined;
  const keys: string[] = [];
  for (const part of statement.indexParams ?? []) {
    const element = 'IndexElem' in part ? part.IndexElem : undefined;
    if (element?.name === undefined || (element.opclass ?? []).length > 0 || (element.collation ?? []).length > 0 || element.ordering === 'SORTBY_DESC') return undefined;
    keys.push(element.name);
  }
  return keys;
}
