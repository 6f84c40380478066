import { quoteIdentifier, type RelationName } from '../../schema/names';
import type { Table } from '../../schema/schema';
import type { SchemaView } from '../../schema/view';

/** The columns by which a table can be walked in ranges: every row has them, and hardly two rows have the same. */
export interface WalkingKey {
  /** As SQL needs them. */
  readonly columns: readonly string[];
  /** True where the table is not known and `id` is taken for its primary key: the script must check before it starts. */
  readonly assumed: boolean;
}

/**
 * The primary key, else a unique constraint or index over NOT NULL columns.
 * @returns undefined where the table is known and has none
 */
export function walkingKey(relation: RelationName, schema: SchemaView): WalkingKey | undefined {
  const table = schema.relation(relation);
  if (table === undefined) return { columns: ['id'], assumed: true };
  if (table.kind !== 'table' && table.kind !== 'partitioned table') return undefined;
  const columns = primaryKey(table) ?? uniqueNotNull(table, schema);
  return columns === undefined ? undefined : { columns: columns.map(quoteIdentifier), assumed: false };
}

function primaryKey(table: Table): readonly string[] | undefined {
  const key = table.constraints.find((constraint) => constraint.kind === 'primary key');
  return key?.kind === 'primary key' ? key.columns : undefined;
}

function uniqueNotNull(table: Table, schema: SchemaView): readonly string[] | undefined {
  for (const name of table.indexes) {
    const index = schema.relation(name);
    if (index?.kind !== 'index' && index?.kind !== 'partitioned index') continue;
    // A partial index does not hold every row, an invalid one perhaps neither.
    if (!index.unique || !index.valid || index.predicate !== undefined || index.method !== 'btree') continue;
    const columns = index.keys.map((key) => key.column);
    if (columns.every((column) => table.columns.some(({ name: own, notNull }) => own === column && notNull === true))) return columns.filter((column) => column !== undefined);
  }
  return undefined;
}
