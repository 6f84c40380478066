import type { AlterSeqStmt, CreateSeqStmt, Node } from '@pgsql/types';
import { nameParts, objectName, type RelationName } from '../../names';
import type { Sequence } from '../../schema';
import { mentionOf, newRelationName, relationName } from '../resolve';
import { strings } from '../walk';
import { changeTable, including, knownOrPartial, without, type Applying } from './applying';
import { chooseRelationName } from './generated-names';

/** CREATE SEQUENCE. */
export function createSequence(stmt: CreateSeqStmt, at: Applying): void {
  if (stmt.sequence === undefined) return;
  const name = newRelationName(stmt.sequence, at.editor);
  if (stmt.if_not_exists === true && at.editor.relation(name) !== undefined) return;
  putSequence(at, name, undefined);
  setOwner(at, name, stmt.options);
}

/** ALTER SEQUENCE: only OWNED BY changes what is known here. */
export function alterSequence(stmt: AlterSeqStmt, at: Applying): void {
  if (stmt.sequence === undefined) return;
  setOwner(at, relationName(stmt.sequence, at.editor), stmt.options);
}

/** The sequence of a serial or identity column, under the name the server gives it; gives that name. */
export function addColumnSequence(at: Applying, table: RelationName, column: string, wanted: RelationName | undefined): RelationName {
  const { schema, name } = nameParts(table);
  const sequence = wanted ?? objectName(schema, chooseRelationName(at.editor, schema, name, column, 'seq', () => false));
  putSequence(at, sequence, { table, column });
  changeTable(at, table, (owner) => ({ ...owner, ownedSequences: including(owner.ownedSequences, sequence) }));
  return sequence;
}

/** The default of a serial column (generateSerialExtraStmts, src/backend/parser/parse_utilcmd.c). */
export function nextValue(sequence: RelationName): Node {
  const text: Node = { A_Const: { sval: { sval: sequence } } };
  const regclass: Node = { TypeCast: { arg: text, typeName: { names: [{ String: { sval: 'regclass' } }], typemod: -1 } } };
  return { FuncCall: { funcname: [{ String: { sval: 'nextval' } }], args: [regclass], funcformat: 'COERCE_EXPLICIT_CALL' } };
}

function putSequence(at: Applying, name: RelationName, ownedBy: Sequence['ownedBy']): void {
  at.editor.setRelation({ kind: 'sequence', name, origin: at.origin, temporary: nameParts(name).schema === 'pg_temp', readBy: [], ownedBy });
}

function setOwner(at: Applying, name: RelationName, options: readonly Node[] | undefined): void {
  for (const option of options ?? []) {
    if (!('DefElem' in option) || option.DefElem.defname !== 'owned_by') continue;
    const parts = option.DefElem.arg !== undefined && 'List' in option.DefElem.arg ? strings(option.DefElem.arg.List.items) : [];
    const sequence = at.editor.relation(name);
    if (sequence?.kind !== 'sequence') return;
    if (sequence.ownedBy !== undefined) {
      changeTable(at, sequence.ownedBy.table, (table) => ({ ...table, ownedSequences: without(table.ownedSequences, name) }));
    }
    // OWNED BY NONE is a list of one.
    const table = parts.length > 1 ? relationName(mentionOf(parts.slice(0, -1)), at.editor) : undefined;
    at.editor.setRelation({ ...sequence, ownedBy: table === undefined ? undefined : { table, column: parts[parts.length - 1] ?? '' } });
    if (table === undefined || knownOrPartial(at, table) === undefined) continue;
    changeTable(at, table, (owner) => ({ ...owner, ownedSequences: including(owner.ownedSequences, name) }));
  }
}
