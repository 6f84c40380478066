import type { AlterDomainStmt, AlterEnumStmt, CompositeTypeStmt, CreateDomainStmt, CreateEnumStmt, CreateRangeStmt } from '@pgsql/types';
import { nameParts, type ObjectName } from '../../names';
import type { Relation, TypeDefinition, TypeReference } from '../../schema';
import { newObjectName, newRelationName, typeName, typeReference } from '../resolve';
import { strings } from '../walk';
import { isTable, type Applying } from './applying';
import { attributes } from './columns';
import { dropColumn } from './drop-column';
import { chooseConstraintName } from './generated-names';
import { renameRelation } from './relation-names';

type Domain = Extract<TypeDefinition, { kind: 'domain' }>;

/** CREATE TYPE … AS ENUM. */
export function createEnum(stmt: CreateEnumStmt, at: Applying): void {
  at.editor.setType({ kind: 'enum', name: newObjectName(strings(stmt.typeName), at.editor), labels: strings(stmt.vals), origin: at.origin });
}

/** ALTER TYPE … ADD VALUE, RENAME VALUE. */
export function alterEnum(stmt: AlterEnumStmt, at: Applying): void {
  const type = at.editor.type(typeName(strings(stmt.typeName), at.editor));
  if (type?.kind !== 'enum' || stmt.newVal === undefined) return;
  const { newVal, oldVal, newValNeighbor } = stmt;
  if (oldVal !== undefined) {
    at.editor.setType({ ...type, labels: type.labels.map((label) => (label === oldVal ? newVal : label)) });
    return;
  }
  if (type.labels.includes(newVal)) return;
  const neighbour = newValNeighbor === undefined ? -1 : type.labels.indexOf(newValNeighbor);
  const at_ = neighbour < 0 ? type.labels.length : stmt.newValIsAfter === true ? neighbour + 1 : neighbour;
  at.editor.setType({ ...type, labels: type.labels.toSpliced(at_, 0, newVal) });
}

/** CREATE TYPE … AS RANGE. */
export function createRange(stmt: CreateRangeStmt, at: Applying): void {
  at.editor.setType({ kind: 'range', name: newObjectName(strings(stmt.typeName), at.editor), origin: at.origin });
}

/** CREATE TYPE … AS (…). */
export function createComposite(stmt: CompositeTypeStmt, at: Applying): void {
  if (stmt.typevar === undefined) return;
  const name = newRelationName(stmt.typevar, at.editor);
  at.editor.setRelation({ kind: 'composite type', name, origin: at.origin, temporary: false, readBy: [], columns: attributes(stmt.coldeflist, at) });
}

/** CREATE DOMAIN. */
export function createDomain(stmt: CreateDomainStmt, at: Applying): void {
  if (stmt.typeName === undefined) return;
  const name = newObjectName(strings(stmt.domainname), at.editor);
  let domain: Domain = { kind: 'domain', name, base: typeReference(stmt.typeName, at.editor), notNull: false, default: undefined, checks: [], origin: at.origin };
  for (const node of stmt.constraints ?? []) {
    if (!('Constraint' in node)) continue;
    const { contype, conname, raw_expr } = node.Constraint;
    if (contype === 'CONSTR_NOTNULL') domain = { ...domain, notNull: true };
    else if (contype === 'CONSTR_DEFAULT') domain = { ...domain, default: raw_expr };
    else if (contype === 'CONSTR_CHECK' && raw_expr !== undefined) domain = withCheck(domain, conname, raw_expr, true);
  }
  at.editor.setType(domain);
}

function withCheck(domain: Domain, name: string | undefined, expression: Domain['checks'][number]['expression'], valid: boolean): Domain {
  const chosen = name ?? chooseConstraintName(domain.checks, nameParts(domain.name).name, undefined, 'check');
  return { ...domain, checks: [...domain.checks, { name: chosen, valid, expression }] };
}

/** ALTER DOMAIN. */
export function alterDomain(stmt: AlterDomainStmt, at: Applying): void {
  const domain = at.editor.type(typeName(strings(stmt.typeName), at.editor));
  if (domain?.kind !== 'domain') return;
  const changed = alteredDomain(domain, stmt);
  if (changed !== domain) at.editor.setType(changed);
}

/** The letters are those of AlterDomainStmt (src/include/nodes/parsenodes.h). */
function alteredDomain(domain: Domain, stmt: AlterDomainStmt): Domain {
  const { subtype, def, name } = stmt;
  switch (subtype) {
    case 'T':
      return { ...domain, default: def };
    case 'N':
      return { ...domain, notNull: false };
    case 'O':
      return { ...domain, notNull: true };
    case 'X':
      return { ...domain, checks: domain.checks.filter((check) => check.name !== name) };
    case 'V':
      return { ...domain, checks: domain.checks.map((check) => (check.name === name ? { ...check, valid: true } : check)) };
    case 'C': {
      if (def === undefined || !('Constraint' in def)) return domain;
      const { contype, conname, raw_expr, skip_validation } = def.Constraint;
      if (contype === 'CONSTR_NOTNULL') return { ...domain, notNull: true };
      return raw_expr === undefined ? domain : withCheck(domain, conname, raw_expr, skip_validation !== true);
    }
    default:
      return domain;
  }
}

export function renameDomainConstraint(at: Applying, name: ObjectName, from: string, to: string): void {
  const domain = at.editor.type(name);
  if (domain?.kind !== 'domain') return;
  at.editor.setType({ ...domain, checks: domain.checks.map((check) => (check.name === from ? { ...check, name: to } : check)) });
}

/** Gives a type another name, in all columns of it as well. */
export function renameType(at: Applying, from: ObjectName, to: ObjectName): void {
  const type = at.editor.type(from);
  if (type !== undefined) {
    at.editor.removeType(from);
    at.editor.setType({ ...type, name: to });
  } else if (at.editor.relation(from) !== undefined) renameRelation(at, from, to);
  else return;
  const renamed = <T extends TypeReference | undefined>(reference: T): T => (reference?.name === from ? { ...reference, name: to } : reference);
  for (const relation of [...at.editor.allRelations()]) {
    const columns = 'columns' in relation ? relation.columns : [];
    if (columns.some((column) => column.type?.name === from)) at.editor.setRelation(withColumns(relation, renamed));
  }
  for (const other of [...at.editor.allTypes()]) {
    if (other.kind === 'domain' && other.base.name === from) at.editor.setType({ ...other, base: renamed(other.base) });
  }
}

function withColumns(relation: Relation, change: <T extends TypeReference | undefined>(type: T) => T): Relation {
  if (isTable(relation)) return { ...relation, columns: relation.columns.map((column) => ({ ...column, type: change(column.type) })) };
  if (!('columns' in relation)) return relation;
  return { ...relation, columns: relation.columns.map((column) => ({ ...column, type: change(column.type) })) };
}

/** DROP TYPE, DROP DOMAIN: with CASCADE the columns of the type as well. */
export function dropType(at: Applying, name: ObjectName, cascade: boolean): void {
  at.editor.removeType(name);
  if (at.editor.relation(name)?.kind === 'composite type') at.editor.removeRelation(name);
  if (!cascade) return;
  for (const relation of [...at.editor.allRelations()]) {
    if (!isTable(relation)) continue;
    for (const column of relation.columns) {
      if (column.type.name === name) dropColumn(at, relation.name, column.name, true, true);
    }
  }
}
