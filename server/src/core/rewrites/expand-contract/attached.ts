import type { Node } from '@pgsql/types';
import { columnsIn } from '../../schema/postgres/expressions';
import type { CheckConstraint, Column, ForeignKey, Index, KeyConstraint, Table } from '../../schema/schema';
import type { SchemaView } from '../../schema/view';

/** What hangs on a column and has to be made anew for the one that takes its place. */
export interface Attached {
  readonly table: Table;
  readonly column: Column;
  /** Primary key and UNIQUE constraints that the column is part of, with their indexes. */
  readonly keys: readonly { readonly constraint: KeyConstraint; readonly index: Index }[];
  /** Its other indexes, the ones that only mention it in an expression, a predicate or INCLUDE among them. */
  readonly indexes: readonly Index[];
  readonly checks: readonly CheckConstraint[];
  /** Foreign keys of the column. */
  readonly foreignKeys: readonly ForeignKey[];
  /** Foreign keys that point to it. */
  readonly incoming: readonly { readonly table: Table; readonly key: ForeignKey }[];
}

/** Collects what hangs on a column, or says, as the end of a sentence, what of it cannot be made anew. */
export function attachedTo(table: Table, column: Column, schema: SchemaView): Attached | string {
  const { name } = column;
  const keys: { constraint: KeyConstraint; index: Index }[] = [];
  const indexes: Index[] = [];
  for (const each of table.indexes) {
    const index = schema.relation(each);
    if (index?.kind !== 'index') return `the index ${each} is not known here`;
    if (!mentions(index, name)) continue;
    if (!index.valid) return `its index ${each} is invalid`;
    const constraint = table.constraints.find((candidate) => 'index' in candidate && candidate.index === each);
    if (constraint === undefined) indexes.push(index);
    else if (!('index' in constraint)) return `the index ${each} is not known here`;
    else if (constraint.kind === 'exclusion' || index.method !== 'btree') return `no constraint like ${constraint.name} can be made from an index that was built concurrently`;
    else keys.push({ constraint, index });
  }
  const checks: CheckConstraint[] = [];
  const foreignKeys: ForeignKey[] = [];
  for (const constraint of table.constraints) {
    if (constraint.kind === 'check' && columnsIn(constraint.expression).has(name)) checks.push(constraint);
    if (constraint.kind === 'foreign key' && constraint.columns.includes(name)) foreignKeys.push(constraint);
  }
  const unenforced = [...checks, ...foreignKeys].find((constraint) => !constraint.enforced);
  if (unenforced !== undefined) return `its constraint ${unenforced.name} is not enforced`;
  const incoming: { table: Table; key: ForeignKey }[] = [];
  for (const { table: child, constraint } of table.referencedBy) {
    const referencing = schema.relation(child);
    const key = referencing !== undefined && 'constraints' in referencing ? referencing.constraints.find((own) => own.name === constraint) : undefined;
    if (referencing === undefined || key?.kind !== 'foreign key') return `the foreign key ${constraint} of ${child} is not known here`;
    const { referencedColumns } = key;
    const needsKey = keys.some(({ constraint: own }) => sameSet(own.columns, referencedColumns));
    if (!key.referencedColumns.includes(name)) {
      if (needsKey) return `the foreign key ${constraint} of ${child} needs an index that includes it`;
      continue;
    }
    if (referencing.kind === 'partitioned table') return `the foreign key ${constraint} of ${child} is that of a partitioned table, which cannot be added NOT VALID`;
    if (child === table.name && key.columns.includes(name)) return `the foreign key ${constraint} points from the column to itself`;
    incoming.push({ table: referencing as Table, key });
  }
  return { table, column, keys, indexes, checks, foreignKeys, incoming };
}

function mentions({ keys, included, predicate }: Index, column: string): boolean {
  const inside = (expression: Node | undefined): boolean => expression !== undefined && [column, '*'].some((name) => columnsIn(expression).has(name));
  return included.includes(column) || inside(predicate) || keys.some((key) => key.column === column || inside(key.expression));
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
