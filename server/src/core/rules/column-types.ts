import type { ColumnDef, Node } from '@pgsql/types';
import type { Action } from '../effects/effects';
import type { ParsedStatement } from '../sql/statement';
import type { Span } from '../text';
import { headline } from './place';
import type { FindContext } from './rule';

/** A column as a statement declares it. */
export interface DeclaredColumn {
  readonly action: Action;
  readonly column: string;
  /** The type's own name, without schema: `json`, `int4`, `serial`. */
  readonly type: string;
  readonly array: boolean;
  readonly definition: ColumnDef;
  readonly span: Span;
}

/** The columns that CREATE TABLE and ADD COLUMN declare. */
export function* declaredColumns({ effects, parsed }: FindContext): Generator<DeclaredColumn> {
  for (const action of effects.actions) {
    if (action.kind !== 'create table' && action.kind !== 'add column') continue;
    for (const definition of definitionsIn(action.node)) {
      const names = definition.typeName?.names ?? [];
      const last = names.at(-1);
      const type = last !== undefined && 'String' in last ? (last.String.sval ?? '') : '';
      yield { action, column: definition.colname ?? '', type, array: (definition.typeName?.arrayBounds ?? []).length > 0, definition, span: spanOf(definition, action, parsed) };
    }
  }
}

/** Whether a column is declared with a constraint of this kind. */
export function hasConstraint(definition: ColumnDef, kind: string): boolean {
  return (definition.constraints ?? []).some((node) => 'Constraint' in node && node.Constraint.contype === kind);
}

/** The columns of a table's own PRIMARY KEY, declared with a column or apart. */
export function primaryKeyOf(node: Node): readonly string[] {
  if (!('CreateStmt' in node)) return [];
  for (const element of node.CreateStmt.tableElts ?? []) {
    if ('ColumnDef' in element && hasConstraint(element.ColumnDef, 'CONSTR_PRIMARY')) return [element.ColumnDef.colname ?? ''];
    if ('Constraint' in element && element.Constraint.contype === 'CONSTR_PRIMARY') {
      return (element.Constraint.keys ?? []).flatMap((key) => ('String' in key ? [key.String.sval ?? ''] : []));
    }
  }
  return [];
}

function definitionsIn(node: Node): ColumnDef[] {
  if ('CreateStmt' in node) return (node.CreateStmt.tableElts ?? []).flatMap((element) => ('ColumnDef' in element ? [element.ColumnDef] : []));
  if ('AlterTableCmd' in node) return node.AlterTableCmd.def !== undefined && 'ColumnDef' in node.AlterTableCmd.def ? [node.AlterTableCmd.def.ColumnDef] : [];
  return 'ColumnDef' in node ? [node.ColumnDef] : [];
}

/** The column's line where its place is known: trees from a function's body count from elsewhere. */
function spanOf(definition: ColumnDef, action: Action, parsed: ParsedStatement): Span {
  const direct = parsed.nodeKind === 'CreateStmt' || parsed.nodeKind === 'AlterTableStmt';
  if (!direct || definition.location === undefined) return headline(parsed.text, action.span);
  const offset = parsed.offsetOf(definition.location);
  const end = definition.typeName?.location === undefined ? offset : parsed.offsetOf(definition.typeName.location);
  const word = /^[^\s,()]*/.exec(parsed.text.slice(end))?.[0].length ?? 0;
  return { offset, length: end + word - offset };
}
