import type { Node, SelectStmt } from '@pgsql/types';
import { tableOf } from '../effects/postgres/relations';
import type { Index, Table } from '../schema/schema';
import type { SchemaView } from '../schema/view';
import { relationName } from '../schema/postgres/resolve';
import { strings, walk } from '../schema/postgres/walk';
import { bodyOf } from '../sql/postgres/plpgsql';
import { headline } from './place';
import { defineRule, type FindContext } from './rule';
import { isHarmless } from './size';
import { listed } from '../lists';
import { called } from './words';

export const batchWithoutIndex = defineRule({
  meta: {
    id: 'batch-without-index',
    group: 'data',
    summary: 'No index serves the condition by which a loop finds its next batch',
    severity: 'info',
    recommended: true,
    danger:
      'Each batch reads the table from the start until it has found enough rows, past all those that are done already. A million rows in batches of a thousand are read a thousand times over, and the last batches take longest.',
    safeWay: 'Go along the primary key: remember where a batch ended and start the next one there. Or build a partial index on the condition first (`CREATE INDEX CONCURRENTLY … WHERE …`) and drop it afterwards.',
    whenToIgnore: 'The table is small, or few batches are needed.',
    sources: ['https://www.postgresql.org/docs/current/indexes-partial.html'],
    bad: [
      {
        schema: 'CREATE TABLE users (id bigint PRIMARY KEY, done boolean);',
        sql: 'DO $$\nBEGIN\n  LOOP\n    UPDATE users SET done = true WHERE id IN (SELECT id FROM users WHERE NOT done LIMIT 1000);\n    EXIT WHEN NOT FOUND;\n    COMMIT;\n  END LOOP;\nEND $$;\n',
      },
      {
        schema: 'CREATE TABLE events (id bigint PRIMARY KEY, at date);',
        sql: "DO $$\nBEGIN\n  LOOP\n    WITH old AS (SELECT ctid FROM events WHERE at < '2020-01-01' LIMIT 500)\n    DELETE FROM events USING old WHERE events.ctid = old.ctid;\n    EXIT WHEN NOT FOUND;\n    COMMIT;\n  END LOOP;\nEND $$;\n",
      },
    ],
    good: [
      {
        title: 'A partial index',
        schema: 'CREATE TABLE users (id bigint PRIMARY KEY, done boolean); CREATE INDEX ON users (id) WHERE NOT done;',
        sql: 'DO $$\nBEGIN\n  LOOP\n    UPDATE users SET done = true WHERE id IN (SELECT id FROM users WHERE NOT done LIMIT 1000);\n    EXIT WHEN NOT FOUND;\n    COMMIT;\n  END LOOP;\nEND $$;\n',
      },
      {
        title: 'Along the key',
        schema: 'CREATE TABLE users (id bigint PRIMARY KEY, done boolean);',
        sql: 'DO $$\nDECLARE last bigint := 0;\nBEGIN\n  LOOP\n    UPDATE users SET done = true WHERE id IN (SELECT id FROM users WHERE id > last AND NOT done ORDER BY id LIMIT 1000);\n    EXIT WHEN NOT FOUND;\n    last := last + 1000;\n    COMMIT;\n  END LOOP;\nEND $$;\n',
      },
      {
        title: 'Nothing is known of the table',
        sql: 'DO $$\nBEGIN\n  LOOP\n    DELETE FROM users WHERE id IN (SELECT id FROM users WHERE gone LIMIT 1000);\n    EXIT WHEN NOT FOUND;\n  END LOOP;\nEND $$;\n',
      },
    ],
  },
  kinds: ['update', 'delete', 'routine'],
  *find(context) {
    // A body is read only where it may hold a batch.
    if (!/\blimit\b/i.test(context.parsed.text)) return;
    for (const step of bodyOf(context.parsed)?.steps ?? []) {
      if (step.kind !== 'static' || !step.conditional || step.place === undefined) continue;
      const { node } = step.parsed;
      if (!('UpdateStmt' in node) && !('DeleteStmt' in node)) continue;
      const batch = batchOf(node, context);
      if (batch !== undefined) yield { ...batch, place: step.place };
    }
  },
  say: ({ table, columns, place }, { parsed }) => ({
    message: `No index of ${called(table.name)} begins with ${listed(columns)} or holds just these rows: each batch reads past all rows that are done. Go along the key, or build a partial index first.`,
    span: headline(parsed.text, place),
  }),
});

/** The table and condition of a change that takes its rows by a SELECT with LIMIT, where no index helps to find them. */
function batchOf(node: Node, context: FindContext): { readonly table: Table; readonly columns: readonly string[] } | undefined {
  let found: { readonly table: Table; readonly columns: readonly string[] } | undefined;
  walk(node, (kind, body) => {
    if (kind !== 'SelectStmt' || found !== undefined) return true;
    const { limitCount, fromClause, whereClause } = body as SelectStmt;
    const [source, ...more] = fromClause ?? [];
    if (limitCount === undefined || whereClause === undefined || more.length > 0 || source === undefined || !('RangeVar' in source)) return true;
    const table = tableOf(relationName(source.RangeVar, context.before), context.before);
    if (table === undefined || table.partial === true || table.origin === context.path || isHarmless(context, table.name, 'scan')) return true;
    const columns = columnsIn(whereClause, table);
    if (columns.length > 0 && !table.indexes.some((name) => helps(name, columns, context.before))) found = { table, columns };
    return true;
  });
  return found;
}

/** The table's columns that an expression speaks of. */
function columnsIn(expression: Node, table: Table): readonly string[] {
  const found = new Set<string>();
  walk(expression, (kind, body) => {
    if (kind === 'ColumnRef') {
      const name = strings(body.fields as readonly Node[] | undefined).at(-1);
      if (name !== undefined && table.columns.some((column) => column.name === name)) found.add(name);
    }
    return kind !== 'SubLink';
  });
  return [...found];
}

function helps(name: Index['name'], columns: readonly string[], schema: SchemaView): boolean {
  const index = schema.relation(name);
  if ((index?.kind !== 'index' && index?.kind !== 'partitioned index') || !index.valid) return false;
  // Whether a partial index's predicate follows from the condition is for the planner to prove; one on its columns is meant for it.
  if (index.predicate !== undefined && mentions(index.predicate, columns)) return true;
  const [first] = index.keys;
  return first?.column === undefined ? first !== undefined && mentions(first.expression, columns) : columns.includes(first.column);
}

function mentions(expression: Node | undefined, columns: readonly string[]): boolean {
  let found = false;
  walk(expression, (kind, body) => {
    if (kind === 'ColumnRef') found ||= columns.includes(strings(body.fields as readonly Node[] | undefined).at(-1) ?? '');
    return !found;
  });
  return found;
}
