import type { AlterDomainStmt, AlterEnumStmt } from '@pgsql/types';
import { displayName } from '../../schema/names';
import { domainUsers } from '../../schema/postgres/facts/domains';
import { typeName } from '../../schema/postgres/resolve';
import { strings } from '../../schema/postgres/walk';
import type { Claims } from './claims';

/** ALTER TYPE … ADD VALUE, RENAME VALUE (src/backend/commands/typecmds.c): no relation is locked. */
export function alterEnum(stmt: AlterEnumStmt, claims: Claims): void {
  const type = typeName(strings(stmt.typeName), claims.schema);
  if (stmt.oldVal !== undefined) claims.act({ kind: 'rename enum value', type, value: stmt.oldVal });
  else claims.act({ kind: 'add enum value', type, value: stmt.newVal ?? '' });
}

/**
 * ALTER DOMAIN: a new check, its validation or NOT NULL is held against every column of the domain, with all its tables
 * locked (validateDomainCheckConstraint, validateDomainNotNullConstraint, get_rels_with_domain, src/backend/commands/typecmds.c).
 */
export function alterDomain(stmt: AlterDomainStmt, claims: Claims): void {
  const { schema } = claims;
  const domain = typeName(strings(stmt.typeName), schema);
  const constraint = stmt.def !== undefined && 'Constraint' in stmt.def ? stmt.def.Constraint : undefined;
  const subtype = SUBTYPES[stmt.subtype ?? ''];
  const adds = subtype === 'set not null' || constraint?.contype === 'CONSTR_NOTNULL' ? 'not null' : subtype === 'add constraint' ? 'check' : undefined;
  const notValid = constraint?.skip_validation === true;
  const definition = schema.type(domain);
  const known = definition?.kind === 'domain' ? definition : undefined;
  const already = adds === 'not null' && known?.notNull === true;
  const scans = !already && ((adds !== undefined && !notValid) || subtype === 'validate constraint');
  if (scans) {
    for (const { relation } of domainUsers(domain, schema)) {
      claims.lock(relation.name, 'SHARE', `a column of it is of the domain ${displayName(domain)}`);
      claims.scan(relation.name);
    }
    if (!schema.complete) claims.depend(`Every table with a column of the domain ${displayName(domain)} is locked, SHARE, and read; which there are may not all be known.`);
  }
  claims.act({ kind: 'alter domain', domain, adds, notValid }, { work: { lock: scans ? 'SHARE' : undefined, scans, because: scans ? 'Every row of every table with a column of the domain is checked.' : undefined } });
}

/** What AlterDomainStmt calls its parts (src/include/nodes/parsenodes.h). */
const SUBTYPES: Readonly<Record<string, 'set not null' | 'add constraint' | 'validate constraint'>> = {
  O: 'set not null',
  C: 'add constraint',
  V: 'validate constraint',
  AD_SetNotNull: 'set not null',
  AD_AddConstraint: 'add constraint',
  AD_ValidateConstraint: 'validate constraint',
};
