import type { DropStmt, Node } from '@pgsql/types';
import { displayName, nameParts, objectName, type RelationName } from '../../schema/names';
import { mentionOf, relationName, typeName, userRoutineName } from '../../schema/postgres/resolve';
import { strings } from '../../schema/postgres/walk';
import type { Relation } from '../../schema/schema';
import type { Claims } from './claims';
import { asTable, descendantsOf, indexOf, tableOf } from './relations';
import { Removal } from './removal';

/** DROP of anything but roles, databases, tablespaces and subscriptions (RemoveRelations and RemoveObjects, src/backend/commands). */
export function dropStmt(stmt: DropStmt, claims: Claims): void {
  const removal = new Removal(claims, stmt.behavior === 'DROP_CASCADE');
  for (const object of stmt.objects ?? []) dropOne(stmt, object, removal, claims);
  if (stmt.concurrent === true) {
    claims.refuse('DROP INDEX CONCURRENTLY cannot run inside a transaction block');
    claims.wait('Waits for every transaction that uses the table, readers too.');
  }
}

const RELATIONS: Readonly<Record<string, Relation['kind']>> = {
  OBJECT_TABLE: 'table',
  OBJECT_FOREIGN_TABLE: 'foreign table',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_SEQUENCE: 'sequence',
};

function dropOne(stmt: DropStmt, object: Node, removal: Removal, claims: Claims): void {
  const { schema } = claims;
  const kind = stmt.removeType ?? '';
  const cascade = stmt.behavior === 'DROP_CASCADE';
  const parts = namesOf(object);
  const what = RELATIONS[kind];
  if (what !== undefined) {
    const name = relationName(mentionOf(parts), schema);
    const relation = schema.relation(name);
    if (relation === undefined) dropUnknown(name, cascade, claims);
    else removal.relation(relation, 'is dropped');
    claims.act({ kind: 'drop relation', what: relation?.kind ?? what, name, cascade }, { relation: name, work: { lock: 'ACCESS EXCLUSIVE' } });
    return;
  }
  switch (kind) {
    case 'OBJECT_INDEX':
      { dropIndex(relationName(mentionOf(parts), schema), stmt.concurrent === true, removal, claims); return; }
    case 'OBJECT_TRIGGER':
    case 'OBJECT_RULE':
    case 'OBJECT_POLICY':
      { dropFromRelation(kind, parts, claims); return; }
    case 'OBJECT_SCHEMA':
      dropNamespace(parts[0] ?? '', removal, claims, cascade);
      break;
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN': {
      const name = typeName(parts, schema);
      const relation = schema.relation(name);
      if (relation?.kind === 'composite type') removal.relation(relation, 'is dropped');
      else removal.type(name);
      break;
    }
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
    case 'OBJECT_AGGREGATE':
      removal.routine(userRoutineName(parts, schema));
      break;
    case 'OBJECT_STATISTIC_EXT':
      dropStatistics(parts, claims);
      break;
    default:
      if (cascade) claims.depend('What else goes with it by CASCADE is not known.');
  }
  if (cascade && !schema.complete) claims.depend('What else goes with it by CASCADE is not known.');
  const actionKind = kind.replace('OBJECT_', '').replaceAll('_', ' ').toLowerCase();
  claims.act({ kind: 'drop object', what: actionKind === 'statistic ext' ? 'statistics' : actionKind, name: parts.join('.'), cascade });
}

function dropUnknown(name: RelationName, cascade: boolean, claims: Claims): void {
  claims.lock(name, 'ACCESS EXCLUSIVE', 'is dropped');
  if (claims.schema.complete) return;
  claims.drops(name);
  claims.depend(`Tables that ${displayName(name)} references are locked too, ACCESS EXCLUSIVE; what it references is not known.`);
  if (cascade) claims.depend('What else goes with it by CASCADE is not known.');
}

/** The table is locked before the index (RangeVarCallbackForDropRelation, src/backend/commands/tablecmds.c). */
function dropIndex(name: RelationName, concurrently: boolean, removal: Removal, claims: Claims): void {
  const { schema } = claims;
  const index = indexOf(name, schema);
  const lock = concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  if (index === undefined) {
    if (schema.complete) claims.missing(name);
    else claims.depend(`The table of ${displayName(name)} is not known: it is locked, ${lock}.`);
  } else if (concurrently) {
    claims.lock(index.table, lock, `its index ${displayName(name)} is dropped`);
    claims.dropsIndex(name);
  } else removal.index(name, `its index ${displayName(name)} is dropped`);
  claims.act({ kind: 'drop index', index: name, concurrently }, { relation: index?.table, work: { lock } });
}

function dropFromRelation(kind: 'OBJECT_TRIGGER' | 'OBJECT_RULE' | 'OBJECT_POLICY', parts: readonly string[], claims: Claims): void {
  const word = kind === 'OBJECT_TRIGGER' ? 'trigger' : kind === 'OBJECT_RULE' ? 'rule' : 'policy';
  const name = parts[parts.length - 1] ?? '';
  const relation = relationName(mentionOf(parts.slice(0, -1)), claims.schema);
  const known = claims.schema.relation(relation);
  // A part that is not there lets go of the table again.
  if (known !== undefined && !hasPart(known, word, name)) {
    claims.missingPart(`The ${word} ${name} of ${displayName(relation)} does not exist.`);
    claims.act({ kind: `drop ${word}`, name }, { relation }); return;
  }
  const table = asTable(claims.lock(relation, 'ACCESS EXCLUSIVE', `its ${word} ${name} is dropped`));
  if (word === 'trigger' && table?.kind === 'partitioned table' && table.triggers.find((trigger) => trigger.name === name)?.row === true) {
    for (const partition of descendantsOf(table, claims.schema)) claims.lock(partition.name, 'ACCESS EXCLUSIVE', `it has the trigger ${name} too`);
  }
  claims.act({ kind: `drop ${word}`, name }, { relation, work: { lock: 'ACCESS EXCLUSIVE' } });
}

/** Whether a relation has a trigger, rule or policy of that name, or may have. */
function hasPart(relation: Relation, word: 'trigger' | 'rule' | 'policy', name: string): boolean {
  const table = asTable(relation);
  if (table?.partial === true) return true;
  const named = (parts: readonly { readonly name: string }[]): boolean => parts.some((part) => part.name === name);
  if (word === 'policy') return table === undefined || named(table.policies);
  if (!('triggers' in relation)) return true;
  return word === 'trigger' ? named(relation.triggers) : named(relation.rules);
}

function dropNamespace(namespace: string, removal: Removal, claims: Claims, cascade: boolean): void {
  if (!cascade) return;
  const { schema } = claims;
  for (const relation of schema.allRelations()) {
    const parts = nameParts(relation.name);
    if (parts.schema === namespace && !parts.name.startsWith('pg_toast') && indexOf(relation.name, schema) === undefined) removal.relation(relation, `it is in the schema ${namespace}`);
  }
  for (const type of schema.allTypes()) if (nameParts(type.name).schema === namespace) removal.type(type.name);
  for (const [routine] of schema.allRoutines()) if (routine !== undefined && nameParts(routine.name).schema === namespace) removal.routine(routine.name);
}

/** RemoveStatisticsById, src/backend/commands/statscmds.c. */
function dropStatistics(parts: readonly string[], claims: Claims): void {
  const { schema } = claims;
  const own = parts[parts.length - 1] ?? '';
  const namespace = parts[parts.length - 2];
  const candidates = (namespace === undefined ? schema.searchPath : [namespace]).map((candidate) => objectName(candidate, own));
  for (const relation of schema.allRelations()) {
    const table = tableOf(relation.name, schema);
    if (table?.statistics.some((name) => candidates.includes(name)) === true) {
      claims.lock(table.name, 'SHARE UPDATE EXCLUSIVE', `its extended statistics ${own} are dropped`);
    }
  }
}

/** The parts of a dropped object's name, however the grammar gives it. */
function namesOf(object: Node): readonly string[] {
  if ('List' in object) return strings(object.List.items);
  if ('String' in object) return [object.String.sval ?? ''];
  if ('TypeName' in object) return strings(object.TypeName.names);
  if ('ObjectWithArgs' in object) return strings(object.ObjectWithArgs.objname);
  return [];
}
