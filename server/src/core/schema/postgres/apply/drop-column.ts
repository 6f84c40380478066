import type { RelationName } from '../../names';
import type { Constraint, Index, Table } from '../../schema';
import { columnsIn } from '../expressions';
import { changeTable, isIndex, isView, tableNamed, type Applying } from './applying';
import { dropConstraint } from './constraints';
import { dropRelation } from './drop-relation';
import { removeIndex } from './indexes';

/**
 * DROP COLUMN, with what cannot be without the column: indexes and constraints that mention it, its sequence, the
 * columns of children that were inherited from here; with CASCADE generated columns and views too
 * (ATExecDropColumn, src/backend/commands/tablecmds.c).
 */
export function dropColumn(at: Applying, table: RelationName, column: string, cascade: boolean, recurse: boolean): void {
  const known = tableNamed(at, table);
  if (known === undefined) return;
  for (const constraint of known.constraints) {
    if (constraintUses(constraint, column)) dropConstraint(at, table, constraint.name, recurse);
  }
  for (const name of known.indexes) {
    const index = at.editor.relation(name);
    if (index !== undefined && isIndex(index) && indexUses(index, column)) removeIndex(at, name);
  }
  for (const sequence of known.ownedSequences) {
    const own = at.editor.relation(sequence);
    if (own?.kind !== 'sequence' || own.ownedBy?.column !== column) continue;
    at.editor.removeRelation(sequence);
    changeTable(at, table, (each) => ({ ...each, ownedSequences: each.ownedSequences.filter((other) => other !== sequence) }));
  }
  if (cascade) dropReaders(at, known, column);
  changeTable(at, table, (own) => ({ ...own, columns: own.columns.filter((each) => each.name !== column) }));
  for (const child of known.children) dropInherited(at, known, child, column, cascade, recurse);
}

/** Whether a constraint goes with a column. */
export function constraintUses(constraint: Constraint, column: string): boolean {
  if (constraint.kind === 'check') return columnsIn(constraint.expression).has(column);
  return constraint.kind === 'not null' ? constraint.column === column : constraint.columns.includes(column);
}

/** Whether an index goes with a column: in its key, among the included ones, in an expression or its predicate. */
export function indexUses(index: Index, column: string): boolean {
  const uses = (expression: Parameters<typeof columnsIn>[0]): boolean => columnsIn(expression).has(column);
  return (
    index.included.includes(column) ||
    index.keys.some((key) => (key.column === undefined ? uses(key.expression) : key.column === column)) ||
    (index.predicate !== undefined && uses(index.predicate))
  );
}

function dropReaders(at: Applying, table: Table, column: string): void {
  for (const own of table.columns) {
    if (own.generated !== undefined && own.name !== column && columnsIn(own.generated.expression).has(column)) dropColumn(at, table.name, own.name, true, true);
  }
  for (const name of table.readBy) {
    const view = at.editor.relation(name);
    if (view === undefined || !isView(view) || view.query === undefined) continue;
    const mentioned = columnsIn(view.query);
    if (mentioned.has(column) || mentioned.has('*')) dropRelation(at, name);
  }
}

/** A child keeps the column where it declared it itself, has it from another parent, or the parent was altered alone. */
function dropInherited(at: Applying, parent: Table, child: RelationName, column: string, cascade: boolean, recurse: boolean): void {
  const known = tableNamed(at, child);
  const own = known?.columns.find((each) => each.name === column);
  if (known === undefined || own?.inherited !== true) return;
  const elsewhere = known.parents.some((other) => other !== parent.name && tableNamed(at, other)?.columns.some((each) => each.name === column) === true);
  if (elsewhere) return;
  if (recurse) dropColumn(at, child, column, cascade, true);
  else changeTable(at, child, (each) => ({ ...each, columns: each.columns.map((one) => (one === own ? { ...one, inherited: false } : one)) }));
}
