import { nameParts, type RelationName } from './schema/names';

/** Something of the database that code may name: a table, or a column of one. */
export interface CodeName {
  readonly table: string;
  readonly column?: string;
}

/** What code may call a relation, or a column of it. */
export function codeName(relation: RelationName, column?: string): CodeName {
  const table = nameParts(relation).name;
  return column === undefined ? { table } : { table, column };
}

/** The key of a name among {@link Mentions}. */
export function keyOf({ table, column }: CodeName): string {
  return JSON.stringify([table, column]);
}
