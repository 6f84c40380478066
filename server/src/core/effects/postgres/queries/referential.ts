import { displayName } from '../../../schema/names';
import type { ForeignKey, Table } from '../../../schema/schema';
import type { Claims } from '../claims';
import type { LockMode } from '../lock-modes';
import { columnOf, descendantsOf, foreignKeysOf, foreignKeysTo, tableOf } from '../relations';
import { constant } from './pruning';

/** A change of rows: which columns get another value, and which of those become NULL. */
export interface Change {
  readonly event: 'insert' | 'update' | 'delete';
  readonly columns: ReadonlySet<string>;
  readonly nulls: ReadonlySet<string>;
}

/**
 * What the triggers of foreign keys do when rows of a table change (src/backend/utils/adt/ri_triggers.c): a new reference
 * is looked up, FOR KEY SHARE, in the table it points to; a key that goes is looked up in the tables that point to it,
 * or their rows go or change with it. A reference with a NULL in it is not looked up.
 */
export function rowsChange(table: Table, change: Change, claims: Claims, seen: ReadonlySet<string> = new Set()): void {
  const step = `${table.name} ${change.event} ${[...change.columns].join()}`;
  if (seen.has(step)) return;
  const next = new Set([...seen, step]);
  if (change.event !== 'delete') for (const key of foreignKeysOf(table)) looksUp(table, key, change, claims);
  if (change.event === 'insert') return;
  for (const owner of withAncestors(table, claims)) {
    for (const { table: referencing, key } of foreignKeysTo(owner, claims.schema)) {
      if (!key.inherited || referencing.bound === undefined) loses(owner, referencing, key, change, claims, next);
    }
  }
}

/** A foreign key to a partitioned table is about the rows of its partitions. */
function withAncestors(table: Table, claims: Claims): readonly Table[] {
  if (table.bound === undefined) return [table];
  return [table, ...table.parents.flatMap((name) => withAncestors(tableOf(name, claims.schema) ?? table, claims).filter((parent) => parent !== table))];
}

function looksUp(table: Table, key: ForeignKey, { event, columns, nulls }: Change, claims: Claims): void {
  if (!key.enforced) return;
  const touched = event === 'insert' ? key.columns.every((column) => columns.has(column)) : key.columns.some((column) => columns.has(column));
  if (!touched || key.columns.some((column) => nulls.has(column))) return;
  claims.lock(key.references, 'ROW SHARE', `${displayName(table.name)}.${key.columns.join(', ')} references it`);
}

function loses(table: Table, referencing: Table, key: ForeignKey, { event, columns }: Change, claims: Claims, seen: ReadonlySet<string>): void {
  if (!key.enforced) return;
  const referenced = key.referencedColumns.length > 0 ? key.referencedColumns : primaryKeyOf(table);
  if (event === 'update' && !referenced.some((column) => columns.has(column))) return;
  const action = event === 'delete' ? key.onDelete : key.onUpdate;
  const shown = `${displayName(referencing.name)}.${key.columns.join(', ')}`;
  const follow = (mode: LockMode, reason: string): void => {
    claims.lock(referencing.name, mode, reason);
    if (referencing.kind !== 'partitioned table') return;
    for (const partition of descendantsOf(referencing, claims.schema)) claims.lock(partition.name, mode, reason);
  };
  const keyColumns = new Set(key.columns);
  switch (action) {
    case 'no action':
    case 'restrict':
      { follow('ROW SHARE', `${shown} references it and is looked up`); return; }
    case 'cascade':
      follow('ROW EXCLUSIVE', event === 'delete' ? `its rows go too: ${shown} is ON DELETE CASCADE` : `its rows change too: ${shown} is ON UPDATE CASCADE`);
      { rowsChange(referencing, event === 'delete' ? { event, columns: NONE, nulls: NONE } : { event, columns: keyColumns, nulls: NONE }, claims, seen); return; }
    case 'set null':
    case 'set default': {
      follow('ROW EXCLUSIVE', `its rows change too: ${shown} is ON ${event.toUpperCase()} ${action.toUpperCase()}`);
      const nulls = action === 'set null' || key.columns.every((column) => constant(columnOf(referencing, column)?.default) === undefined) ? keyColumns : NONE;
      rowsChange(referencing, { event: 'update', columns: keyColumns, nulls }, claims, seen); return;
    }
  }
}

const NONE: ReadonlySet<string> = new Set();

function primaryKeyOf(table: Table): readonly string[] {
  const key = table.constraints.find((constraint) => constraint.kind === 'primary key');
  return key?.kind === 'primary key' ? key.columns : [];
}
