import type { Node } from '@pgsql/types';
import { quoteIdentifier, type RelationName } from '../../names';
import type { CatalogIndex, CatalogIndexKey } from '../../catalog';
import type { Index, IndexKey } from '../../schema';
import type { Expressions } from './expressions';

/** An index, with its expressions parsed when somebody looks at them. */
export function indexFrom(index: CatalogIndex, base: Pick<Index, 'name' | 'origin' | 'temporary' | 'readBy'>, texts: Expressions): Index {
  const { predicate, options, tablespace } = index;
  // There are tens of thousands: spreading takes several times as long as naming what is there.
  const made = {
    name: base.name,
    origin: base.origin,
    temporary: base.temporary,
    readBy: base.readBy,
    kind: index.kind,
    table: index.table as RelationName,
    method: index.method ?? 'btree',
    unique: index.unique === true,
    valid: index.invalid !== true,
    nullsNotDistinct: index.nullsNotDistinct === true,
    keys: keysFrom(index, texts),
    included: index.included ?? NO_COLUMNS,
    constraint: index.constraint,
    parent: index.parent as RelationName | undefined,
    predicate: undefined,
  };
  if (predicate === undefined && options === undefined && tablespace === undefined) return made;
  const storage = options === undefined ? undefined : storageNodes(options, texts);
  const more = { ...made, ...(storage === undefined ? {} : { storage }), ...(tablespace === undefined ? {} : { tablespace }) };
  return predicate === undefined ? more : { ...more, get predicate() { return texts.expression(predicate); } };
}

const NO_COLUMNS: readonly string[] = [];

function keysFrom(index: CatalogIndex, texts: Expressions): readonly IndexKey[] {
  let expressions = 0;
  return index.keys.map((key) => {
    const { column } = key;
    if (column !== undefined) return key.descending === undefined && key.nulls === undefined ? { column, collation: key.collation, operatorClass: key.operatorClass } : { column, ...shape(key) };
    const position = expressions++;
    return { ...shape(key), get expression() { return texts.list(index.expressions ?? null)[position] ?? texts.expression(null); } };
  });
}

function shape({ collation, operatorClass, descending, nulls }: CatalogIndexKey): Omit<Extract<IndexKey, { readonly column: string }>, 'column' | 'expression'> {
  return { collation, operatorClass, ...(descending === undefined ? {} : { descending }), ...(nulls === undefined ? {} : { nulls }) };
}

function storageNodes(options: Readonly<Record<string, string>>, texts: Expressions): readonly Node[] | undefined {
  const list = Object.entries(options).map(([key, value]) => `${quoteIdentifier(key)} = '${value.replaceAll("'", "''")}'`);
  const node = texts.statement(`CREATE INDEX ON t (c) WITH (${list.join(', ')})`);
  return node !== undefined && 'IndexStmt' in node ? node.IndexStmt.options : undefined;
}
