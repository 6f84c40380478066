import type { AlterFunctionStmt, CreateFunctionStmt, DefineStmt, FunctionParameter, Node, ObjectWithArgs } from '@pgsql/types';
import type { ObjectName } from '../../names';
import type { Routine, TypeReference } from '../../schema';
import { routinesIn } from '../expressions';
import { newObjectName, typeReference, userRoutineName } from '../resolve';
import { strings } from '../walk';
import { isTable, isView, type Applying } from './applying';
import { dropTrigger } from './triggers';

/** CREATE [OR REPLACE] FUNCTION, PROCEDURE. */
export function createRoutine(stmt: CreateFunctionStmt, at: Applying): void {
  const name = newObjectName(strings(stmt.funcname), at.editor);
  const parameters = (stmt.parameters ?? []).flatMap((node) => ('FunctionParameter' in node ? [node.FunctionParameter] : []));
  const options = new Map((stmt.options ?? []).flatMap((node) => ('DefElem' in node ? [[node.DefElem.defname ?? '', node.DefElem.arg] as const] : [])));
  const body = options.get('as');
  put(at, {
    name,
    kind: stmt.is_procedure === true ? 'procedure' : 'function',
    volatility: volatility(text(options.get('volatility'))),
    language: text(options.get('language'))?.toLowerCase() ?? 'sql',
    inputs: inputs(parameters, at),
    returns: stmt.returnType === undefined ? undefined : typeReference(stmt.returnType, at.editor),
    returnsSet: stmt.returnType?.setof === true,
    body: body !== undefined && 'List' in body ? strings(body.List.items)[0] : undefined,
    definition: at.text,
  });
}

/** CREATE AGGREGATE; what else DEFINE makes (operators, base types, collations) is a type or nothing here. */
export function define(stmt: DefineStmt, at: Applying): void {
  const name = newObjectName(strings(stmt.defnames), at.editor);
  if (stmt.kind === 'OBJECT_TYPE') {
    at.editor.setType({ kind: stmt.definition === undefined ? 'shell' : 'base', name, origin: at.origin });
    return;
  }
  if (stmt.kind !== 'OBJECT_AGGREGATE') return;
  const list = stmt.args?.[0];
  const parameters = (list !== undefined && 'List' in list ? (list.List.items ?? []) : []).flatMap((node) => ('FunctionParameter' in node ? [node.FunctionParameter] : []));
  // AggregateCreate marks every aggregate immutable (src/backend/catalog/pg_aggregate.c).
  const common = { kind: 'aggregate', volatility: 'immutable', language: 'internal', returns: undefined, returnsSet: false, body: undefined } as const;
  put(at, { ...common, name, inputs: inputs(parameters, at), definition: at.text });
}

/** ALTER FUNCTION … IMMUTABLE and its kin. */
export function alterRoutine(stmt: AlterFunctionStmt, at: Applying): void {
  const name = userRoutineName(strings(stmt.func?.objname), at.editor);
  const option = (stmt.actions ?? []).find((node) => 'DefElem' in node && node.DefElem.defname === 'volatility');
  if (stmt.func === undefined || option === undefined || !('DefElem' in option)) return;
  const wanted = volatility(text(option.DefElem.arg));
  const chosen = matching(at, stmt.func);
  at.editor.setRoutines(name, at.editor.routines(name).map((routine) => (chosen.includes(routine) ? { ...routine, volatility: wanted } : routine)));
}

/** Gives a routine another name or schema. */
export function moveRoutine(at: Applying, object: ObjectWithArgs, to: ObjectName): void {
  const from = userRoutineName(strings(object.objname), at.editor);
  const moved = matching(at, object);
  at.editor.setRoutines(from, at.editor.routines(from).filter((routine) => !moved.includes(routine)));
  for (const routine of moved) put(at, { ...routine, name: to });
}

/** DROP FUNCTION: with CASCADE the triggers and defaults that call it as well. */
export function dropRoutine(at: Applying, object: ObjectWithArgs, cascade: boolean): void {
  const name = userRoutineName(strings(object.objname), at.editor);
  const dropped = matching(at, object);
  const left = at.editor.routines(name).filter((routine) => !dropped.includes(routine));
  at.editor.setRoutines(name, left);
  if (!cascade || left.length > 0) return;
  for (const relation of [...at.editor.allRelations()]) {
    if (!isTable(relation) && !isView(relation)) continue;
    for (const trigger of relation.triggers) if (trigger.routine === name) dropTrigger(at, relation.name, trigger.name);
    const now = at.editor.relation(relation.name);
    if (now === undefined || !isTable(now)) continue;
    const calls = (node: Node | undefined): boolean => node !== undefined && routinesIn(node, at.editor).has(name);
    if (!now.columns.some((column) => calls(column.default)) && !now.constraints.some((own) => own.kind === 'check' && calls(own.expression))) continue;
    at.editor.setRelation({
      ...now,
      columns: now.columns.map((column) => (calls(column.default) ? { ...column, default: undefined } : column)),
      constraints: now.constraints.filter((own) => own.kind !== 'check' || !calls(own.expression)),
    });
  }
}

/** Overloads that a mention means: those of the same input types, or all where it names none. */
function matching(at: Applying, object: ObjectWithArgs): readonly Routine[] {
  const overloads = at.editor.routines(userRoutineName(strings(object.objname), at.editor));
  if (object.args_unspecified === true) return overloads;
  const parameters = (object.objfuncargs ?? []).flatMap((node) => ('FunctionParameter' in node ? [node.FunctionParameter] : []));
  const wanted = signature(inputs(parameters, at));
  return overloads.filter((routine) => signature(routine.inputs) === wanted);
}

function put(at: Applying, routine: Routine): void {
  const overloads = at.editor.routines(routine.name);
  const own = signature(routine.inputs);
  at.editor.setRoutines(routine.name, [...overloads.filter((other) => signature(other.inputs) !== own), routine]);
}

function signature(types: readonly TypeReference[]): string {
  return types.map((type) => `${type.name}${type.array ? '[]' : ''}`).join();
}

const OUTPUTS = new Set(['FUNC_PARAM_OUT', 'FUNC_PARAM_TABLE']);

function inputs(parameters: readonly FunctionParameter[], at: Applying): readonly TypeReference[] {
  return parameters.flatMap((parameter) => (OUTPUTS.has(parameter.mode ?? '') || parameter.argType === undefined ? [] : [typeReference(parameter.argType, at.editor)]));
}

function volatility(word: string | undefined): Routine['volatility'] {
  return word === 'immutable' || word === 'stable' ? word : 'volatile';
}

function text(node: Node | undefined): string | undefined {
  return node !== undefined && 'String' in node ? node.String.sval : undefined;
}
