import type { DropStmt, Node } from '@pgsql/types';
import type { RelationName } from '../../names';
import { mentionOf, relationName, typeName } from '../resolve';
import { strings } from '../walk';
import { changeTable, type Applying } from './applying';
import { dropRelation } from './drop-relation';
import { dropNamespace } from './namespaces';
import { dropRoutine } from './routines';
import { dropStatistics } from './statistics';
import { changeRules, dropTrigger } from './triggers';
import { dropType } from './types';

/** DROP of every kind. */
export function drop(stmt: DropStmt, at: Applying): void {
  const cascade = stmt.behavior === 'DROP_CASCADE';
  for (const object of stmt.objects ?? []) dropOne(object, stmt.removeType, cascade, at);
}

function dropOne(object: Node, what: DropStmt['removeType'], cascade: boolean, at: Applying): void {
  const parts = 'List' in object ? strings(object.List.items) : 'TypeName' in object ? strings(object.TypeName.names) : 'String' in object ? [object.String.sval ?? ''] : [];
  const name = parts[parts.length - 1] ?? '';
  /** Of what is named after its table: `[schema.]table.name`. */
  const owner = (): RelationName => relationName(mentionOf(parts.slice(0, -1)), at.editor);
  switch (what) {
    case 'OBJECT_TABLE':
    case 'OBJECT_FOREIGN_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_SEQUENCE':
    case 'OBJECT_INDEX':
      { dropRelation(at, relationName(mentionOf(parts), at.editor)); return; }
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      { dropType(at, typeName(parts, at.editor), cascade); return; }
    case 'OBJECT_SCHEMA':
      { dropNamespace(at, name, cascade); return; }
    case 'OBJECT_TRIGGER':
      { dropTrigger(at, owner(), name); return; }
    case 'OBJECT_POLICY':
      { changeTable(at, owner(), (table) => ({ ...table, policies: table.policies.filter((policy) => policy.name !== name) })); return; }
    case 'OBJECT_RULE':
      { changeRules(at, owner(), (rules) => rules.filter((rule) => rule.name !== name)); return; }
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
    case 'OBJECT_AGGREGATE':
      if ('ObjectWithArgs' in object) dropRoutine(at, object.ObjectWithArgs, cascade);
      return;
    case 'OBJECT_PUBLICATION':
      { at.editor.setPublication(name, undefined); return; }
    case 'OBJECT_STATISTIC_EXT':
      { dropStatistics(at, parts); return; }
    default:
      return;
  }
}
