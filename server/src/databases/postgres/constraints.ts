import type { CatalogConstraint } from '../../core/schema/catalog';
import type { ColumnList } from './columns';
import type { Reading } from './connection';
import type { NameOf } from './names';
import type { Scope } from './scope';
import type { Texts } from './texts';

/** A row of pg_constraint, as {@link readConstraintRows} selects it. */
type Row = readonly unknown[];

/** The constraints of the tables of a scope, but for the texts of their expressions. */
export async function readConstraintRows(reading: Reading, scope: Scope): Promise<readonly Row[]> {
  const { versionNumber } = reading;
  const enforced = versionNumber >= 180000 ? 'conenforced' : 'true';
  const setColumns = versionNumber >= 150000 ? 'confdelsetcols' : 'NULL::int2[]';
  // Keys of a foreign key to partitions of the referenced table are the server's bookkeeping, not constraints of anybody.
  return reading.rows(
    `SELECT oid, conrelid, conname, contype, convalidated, ${enforced}, condeferrable, condeferred, conislocal, connoinherit, conkey, conindid, confrelid, confkey, confdeltype, confupdtype, confmatchtype, ${setColumns}
     FROM pg_catalog.pg_constraint c WHERE ${scope.has('conrelid')} AND contype IN ('c', 'n', 'p', 'u', 'x', 'f')
       AND NOT (contype = 'f' AND conparentid <> 0 AND EXISTS (SELECT FROM pg_catalog.pg_constraint p WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid))
     ORDER BY conrelid, conname COLLATE "C"`,
  );
}

/** Those of them that are CHECK constraints, and so have a text. */
export function checksAmong(rows: readonly Row[]): readonly number[] {
  return rows.flatMap(([oid, , , type]) => (type === 'c' ? [Number(oid)] : []));
}

/** Constraints by table, in the order of their names. */
export function constraintsFrom(rows: readonly Row[], nameOf: NameOf, lists: ReadonlyMap<number, ColumnList>, texts: Texts): ReadonlyMap<number, readonly CatalogConstraint[]> {
  const byTable = new Map<number, CatalogConstraint[]>();
  for (const row of rows) {
    const table = Number(row[1]);
    const constraint = constraintFrom(row, nameOf, lists, texts);
    if (constraint === undefined) continue;
    const list = byTable.get(table);
    if (list === undefined) byTable.set(table, [constraint]);
    else list.push(constraint);
  }
  return byTable;
}

function constraintFrom(row: Row, nameOf: NameOf, lists: ReadonlyMap<number, ColumnList>, texts: Texts): CatalogConstraint | undefined {
  const [oid, table, name, type, validated, enforced, deferrable, deferred, local, noInherit, key, index, referenced, referencedKey, onDelete, onUpdate, match, setColumns] = row;
  const columns = (relation: unknown, numbers: unknown): string[] => columnNames(lists.get(Number(relation)), (numbers ?? []) as number[]);
  const base = {
    name: String(name),
    ...(validated === true ? {} : { notValid: true as const }),
    ...(enforced === true ? {} : { notEnforced: true as const }),
    ...(deferrable === true ? { deferrable: true as const } : {}),
    ...(deferred === true ? { initiallyDeferred: true as const } : {}),
    ...(local === true ? {} : { inherited: true as const }),
  };
  const own = noInherit === true ? { noInherit: true as const } : {};
  switch (type) {
    case 'c':
      return { kind: 'check', ...base, expression: texts.of('check', Number(oid)), ...own };
    case 'n':
      return { kind: 'not null', ...base, column: columns(table, key)[0] ?? '', ...own };
    case 'p':
    case 'u':
    case 'x':
      return { kind: type === 'p' ? 'primary key' : type === 'u' ? 'unique' : 'exclusion', ...base, columns: columns(table, key), index: nameOf(Number(index)) ?? '' };
    case 'f': {
      const references = nameOf(Number(referenced));
      if (references === undefined) return undefined;
      return {
        kind: 'foreign key',
        ...base,
        columns: columns(table, key),
        references,
        referencedColumns: columns(referenced, referencedKey),
        ...(onDelete === 'a' ? {} : { onDelete: String(onDelete) }),
        ...(onUpdate === 'a' ? {} : { onUpdate: String(onUpdate) }),
        ...(match === 'f' ? { matchFull: true as const } : {}),
        ...(setColumns === null ? {} : { onDeleteColumns: columns(table, setColumns) }),
      };
    }
    default:
      return undefined;
  }
}

/** Names of columns by their numbers; 0 stands for an expression, which has none. */
export function columnNames(list: ColumnList | undefined, numbers: readonly number[]): string[] {
  return numbers.flatMap((number) => list?.byNumber.get(number)?.name ?? []);
}
