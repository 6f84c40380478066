import type { ColumnDef, Constraint as ConstraintNode, Node } from '@pgsql/types';
import type { RelationName } from '../../names';
import type { Column } from '../../schema';
import { isSerial, mentionOf, newRelationName, typeReference } from '../resolve';
import { strings } from '../walk';
import type { Applying } from './applying';
import type { ConstraintPlan } from './constraints';

/** A column as it is written: what it is, and what else its definition asks for. */
export interface ColumnPlan {
  readonly column: Column;
  /** Whether a type is written: a partition or typed table may name a column just to give it options. */
  readonly typed: boolean;
  /** CHECK, UNIQUE, PRIMARY KEY, REFERENCES and (named) NOT NULL written on it. */
  readonly constraints: readonly ConstraintPlan[];
  /** Whether it comes with a sequence: a serial type or an identity. */
  readonly sequence: 'serial' | 'identity' | undefined;
  /** The name that an identity's SEQUENCE NAME option gives. */
  readonly sequenceName: RelationName | undefined;
}

const UNKNOWN_TYPE = { names: [{ String: { sval: 'unknown' } }] };

/** Reads a column definition (transformColumnDefinition, src/backend/parser/parse_utilcmd.c). */
export function columnPlan(definition: ColumnDef, at: Applying): ColumnPlan {
  const name = definition.colname ?? '';
  const serial = isSerial(definition.typeName);
  let column: Column = {
    name,
    type: typeReference(definition.typeName ?? UNKNOWN_TYPE, at.editor),
    collation: collationOf(definition),
    notNull: serial,
    default: definition.raw_default,
    identity: undefined,
    generated: undefined,
    inherited: false,
  };
  const constraints: ConstraintPlan[] = serial ? [{ ...implied(name), node: { contype: 'CONSTR_NOTNULL' } }] : [];
  let sequenceName: RelationName | undefined;
  for (const item of definition.constraints ?? []) {
    if (!('Constraint' in item)) continue;
    const node = item.Constraint;
    switch (node.contype) {
      case 'CONSTR_DEFAULT':
        column = { ...column, default: node.raw_expr };
        break;
      case 'CONSTR_NOTNULL':
        if (column.notNull !== true) constraints.push({ ...implied(name), node: withoutNotValid(node) });
        column = { ...column, notNull: true };
        break;
      case 'CONSTR_NULL':
        column = { ...column, notNull: false };
        break;
      case 'CONSTR_IDENTITY':
        if (column.notNull !== true) constraints.push({ ...implied(name), node: { contype: 'CONSTR_NOTNULL' } });
        column = { ...column, identity: identityKind(node), notNull: true };
        sequenceName = sequenceNameOption(node, at);
        break;
      case 'CONSTR_GENERATED':
        if (node.raw_expr !== undefined) column = { ...column, generated: { kind: node.generated_kind === 'v' ? 'virtual' : 'stored', expression: node.raw_expr } };
        break;
      case 'CONSTR_CHECK':
      case 'CONSTR_PRIMARY':
      case 'CONSTR_UNIQUE':
      case 'CONSTR_EXCLUSION':
      case 'CONSTR_FOREIGN':
        constraints.push({ ...implied(name), node: withoutNotValid(node), deferrable: node.deferrable === true });
        break;
      default:
        noteAttribute(node, constraints);
    }
  }
  return { column, typed: definition.typeName !== undefined, constraints, sequence: serial ? 'serial' : column.identity === undefined ? undefined : 'identity', sequenceName };
}

export function identityKind(node: ConstraintNode): Column['identity'] {
  return node.generated_when === 'a' ? 'always' : 'by default';
}

export function collationOf(definition: ColumnDef): string | undefined {
  return strings(definition.collClause?.collname).join('.') || undefined;
}

/** Constraints that come with their column hold from the start, whatever is written. */
export function withoutNotValid(node: ConstraintNode): ConstraintNode {
  if (node.skip_validation !== true) return node;
  const { skip_validation: _skipped, ...valid } = node;
  return valid;
}

function implied(column: string): Pick<ConstraintPlan, 'column' | 'deferrable' | 'enforced'> {
  return { column, deferrable: false, enforced: true };
}

/** DEFERRABLE, NOT ENFORCED and their kin belong to the constraint before them (transformConstraintAttrs). */
function noteAttribute(node: ConstraintNode, constraints: ConstraintPlan[]): void {
  const last = constraints.at(-1);
  if (last === undefined) return;
  if (node.contype === 'CONSTR_ATTR_DEFERRABLE') constraints[constraints.length - 1] = { ...last, deferrable: true };
  // INITIALLY DEFERRED makes it deferrable too.
  if (node.contype === 'CONSTR_ATTR_DEFERRED') constraints[constraints.length - 1] = { ...last, deferrable: true, node: { ...last.node, initdeferred: true } };
  if (node.contype === 'CONSTR_ATTR_NOT_ENFORCED') constraints[constraints.length - 1] = { ...last, enforced: false };
}

function sequenceNameOption(node: ConstraintNode, at: Applying): RelationName | undefined {
  for (const option of node.options ?? []) {
    if (!('DefElem' in option) || option.DefElem.defname !== 'sequence_name') continue;
    const { arg } = option.DefElem;
    const parts = arg !== undefined && 'List' in arg ? strings(arg.List.items) : [];
    if (parts.length > 0) return newRelationName(mentionOf(parts), at.editor);
  }
  return undefined;
}

/** The columns of a composite type. */
export function attributes(definitions: readonly Node[] | undefined, at: Applying): { readonly name: string; readonly type: Column['type'] }[] {
  return (definitions ?? []).flatMap((node) => {
    if (!('ColumnDef' in node)) return [];
    const { column } = columnPlan(node.ColumnDef, at);
    return [{ name: column.name, type: column.type }];
  });
}
