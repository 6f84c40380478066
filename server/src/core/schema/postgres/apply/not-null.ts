import { nameParts, type RelationName } from '../../names';
import type { NotNullConstraint, Table } from '../../schema';
import { changeTable, type Applying } from './applying';
import { chooseConstraintName } from './generated-names';

export interface NotNullPlan {
  readonly name?: string | undefined;
  readonly valid: boolean;
  readonly inherited: boolean;
  readonly noInherit?: boolean;
}

/** Version since which NOT NULL is a constraint with a name (release notes of PostgreSQL 18). */
const NAMED_SINCE = 18;

/** Makes a column of one table NOT NULL. */
export function addNotNull(at: Applying, table: RelationName, column: string, plan: NotNullPlan): void {
  changeTable(at, table, (known) => withNotNull(known, column, plan, at.version));
}

/** A table whose column is NOT NULL; a constraint that is there already becomes valid if this one is. */
export function withNotNull(table: Table, column: string, plan: NotNullPlan, version: number): Table {
  const columns = table.columns.map((known) =>
    known.name === column && known.notNull !== true ? { ...known, notNull: plan.valid ? true : ('not valid' as const) } : known,
  );
  const existing = table.constraints.find((constraint): constraint is NotNullConstraint => constraint.kind === 'not null' && constraint.column === column);
  if (existing !== undefined) {
    const merged = { ...existing, valid: existing.valid || plan.valid, inherited: existing.inherited && plan.inherited };
    return { ...table, columns, constraints: table.constraints.map((constraint) => (constraint === existing ? merged : constraint)) };
  }
  // Of a table that is not wholly known this is where the fact is kept.
  if (version < NAMED_SINCE && table.partial !== true) return { ...table, columns };
  const constraint: NotNullConstraint = {
    kind: 'not null',
    name: plan.name ?? chooseConstraintName(table.constraints, nameParts(table.name).name, column, 'not_null'),
    column,
    valid: plan.valid,
    enforced: true,
    deferrable: false,
    inherited: plan.inherited,
    noInherit: plan.noInherit ?? false,
  };
  return { ...table, columns, constraints: [...table.constraints, constraint] };
}

/** A table whose column may be null again. */
export function withoutNotNull(table: Table, column: string): Table {
  return {
    ...table,
    columns: table.columns.map((known) => (known.name === column ? { ...known, notNull: false as const } : known)),
    constraints: table.constraints.filter((constraint) => constraint.kind !== 'not null' || constraint.column !== column),
  };
}
