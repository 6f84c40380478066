import type { Table } from '../../schema';
import { formula } from './formula';
import { implies } from './implication';

/**
 * What proves that a column holds no NULL, so that SET NOT NULL need not look: the name of the constraint, or
 * `NOT NULL` where there is one without a name. Undefined where nothing does.
 *
 * A valid, enforced CHECK proves it as NotNullImpliedByRelConstraints sees it (src/backend/commands/tablecmds.c):
 * `c IS NOT NULL`, alone or among others joined by AND, or in every arm of an OR. `c > 0` does not: NULL passes it.
 */
export function provesNotNull(table: Pick<Table, 'columns' | 'constraints'>, column: string): string | undefined {
  if (table.columns.some((known) => known.name === column && known.notNull === true)) {
    const constraint = table.constraints.find(
      (own) => (own.kind === 'primary key' && own.columns.includes(column)) || (own.kind === 'not null' && own.column === column),
    );
    return constraint?.name ?? 'NOT NULL';
  }
  for (const constraint of table.constraints) {
    if (!constraint.valid || !constraint.enforced) continue;
    if (constraint.kind === 'not null' && constraint.column === column) return constraint.name;
    if (constraint.kind === 'primary key' && constraint.columns.includes(column)) return constraint.name;
    if (constraint.kind === 'check' && implies(formula(constraint.expression), { kind: 'not null', column }, () => undefined)) return constraint.name;
  }
  return undefined;
}
