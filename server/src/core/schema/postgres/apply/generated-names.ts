import type { Node } from '@pgsql/types';
import { nameParts, objectName, type RelationName } from '../../names';
import type { Constraint, Table } from '../../schema';
import type { SchemaView } from '../../view';
import { strings } from '../walk';

/** The most bytes a name has (NAMEDATALEN - 1). */
const NAME_BYTES = 63;

/**
 * A name of the form name1_name2_label, the longer of the two names cut until it fits
 * (makeObjectName, src/backend/commands/indexcmds.c).
 */
export function makeObjectName(name1: string, name2: string | undefined, label: string): string {
  const available = NAME_BYTES - (name2 === undefined ? 0 : 1) - (label === '' ? 0 : label.length + 1);
  let bytes1 = byteLength(name1);
  let bytes2 = name2 === undefined ? 0 : byteLength(name2);
  while (bytes1 + bytes2 > available) {
    if (bytes1 > bytes2) bytes1--;
    else bytes2--;
  }
  const parts = [clip(name1, bytes1)];
  if (name2 !== undefined) parts.push(clip(name2, bytes2));
  if (label !== '') parts.push(label);
  return parts.join('_');
}

/** The first name of that form that no relation of the schema has (ChooseRelationName). */
export function chooseRelationName(view: SchemaView, namespace: string, name1: string, name2: string | undefined, label: string, taken: (name: string) => boolean): string {
  for (let pass = 0; ; pass++) {
    const name = makeObjectName(name1, name2, pass === 0 ? label : `${label}${String(pass)}`);
    if (view.relation(objectName(namespace, name)) === undefined && !taken(name)) return name;
  }
}

/**
 * The first name of that form that no constraint has (ChooseConstraintName). The server looks at all constraints of
 * the schema; here it is those of the table, which differs only where another table's name and column read the same.
 */
export function chooseConstraintName(constraints: readonly { readonly name: string }[], name1: string, name2: string | undefined, label: string): string {
  for (let pass = 0; ; pass++) {
    const name = makeObjectName(name1, name2, pass === 0 ? label : `${label}${String(pass)}`);
    if (!constraints.some((constraint) => constraint.name === name)) return name;
  }
}

export type IndexPurpose = Extract<Constraint['kind'], 'primary key' | 'unique' | 'exclusion'> | undefined;

/** The name of an index that was given none (ChooseIndexName). */
export function chooseIndexName(view: SchemaView, table: { readonly name: RelationName; readonly constraints?: Table['constraints'] }, columns: readonly string[], purpose: IndexPurpose): RelationName {
  const { schema, name } = nameParts(table.name);
  const label = purpose === 'primary key' ? 'pkey' : purpose === 'exclusion' ? 'excl' : purpose === 'unique' ? 'key' : 'idx';
  const taken = (candidate: string): boolean => purpose !== undefined && (table.constraints ?? []).some((constraint) => constraint.name === candidate);
  return objectName(schema, chooseRelationName(view, schema, name, purpose === 'primary key' ? undefined : nameAddition(columns), label, taken));
}

/** Column names joined by underscores, until that is long enough (ChooseIndexNameAddition, ChooseForeignKeyConstraintNameAddition). */
export function nameAddition(columns: readonly string[]): string {
  let joined = '';
  for (const column of columns) {
    if (joined !== '') joined += '_';
    joined += column;
    if (byteLength(joined) > NAME_BYTES) break;
  }
  return joined;
}

/** The names of an index's columns, each different (ChooseIndexColumnNames): an expression is called as a result column would be. */
export function indexColumnNames(parts: readonly { readonly name?: string; readonly expr?: Node }[]): readonly string[] {
  const names: string[] = [];
  for (const { name, expr } of parts) {
    const wanted = name ?? (expr === undefined ? undefined : figureColumnName(expr)) ?? 'expr';
    let unique = wanted;
    for (let i = 1; names.includes(unique); i++) unique = `${clip(wanted, NAME_BYTES - String(i).length)}${String(i)}`;
    names.push(unique);
  }
  return names;
}

/** The name of a result column that was given none, or undefined where the server says `?column?` (FigureColname, src/backend/parser/parse_target.c). */
export function figureColumnName(node: Node): string | undefined {
  return figure(node).name;
}

interface Figured {
  readonly name: string | undefined;
  /** How good the name is: 2 for a column or function, 1 for a guess, 0 for none. */
  readonly strength: 0 | 1 | 2;
}

const NOTHING: Figured = { name: undefined, strength: 0 };
const strong = (name: string | undefined): Figured => (name === undefined ? NOTHING : { name, strength: 2 });

function figure(node: Node | undefined): Figured {
  if (node === undefined) return NOTHING;
  if ('ColumnRef' in node) return strong(strings(node.ColumnRef.fields).at(-1));
  if ('FuncCall' in node) return strong(strings(node.FuncCall.funcname).at(-1));
  if ('A_Indirection' in node) {
    const field = strings(node.A_Indirection.indirection).at(-1);
    return field === undefined ? figure(node.A_Indirection.arg) : strong(field);
  }
  if ('TypeCast' in node) {
    const inner = figure(node.TypeCast.arg);
    const typeName = strings(node.TypeCast.typeName?.names).at(-1);
    return inner.strength === 2 || typeName === undefined ? inner : { name: typeName, strength: 1 };
  }
  if ('CollateClause' in node) return figure(node.CollateClause.arg);
  if ('CaseExpr' in node) {
    const inner = figure(node.CaseExpr.defresult);
    return inner.strength === 2 ? inner : { name: 'case', strength: 1 };
  }
  if ('A_Expr' in node) return node.A_Expr.kind === 'AEXPR_NULLIF' ? strong('nullif') : NOTHING;
  if ('MinMaxExpr' in node) return strong(node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest');
  if ('SQLValueFunction' in node) return strong((node.SQLValueFunction.op ?? '').replace(/^SVFOP_|_N$/g, '').toLowerCase());
  if ('SubLink' in node) {
    const { subLinkType, subselect } = node.SubLink;
    if (subLinkType === 'EXISTS_SUBLINK') return strong('exists');
    if (subLinkType === 'ARRAY_SUBLINK') return strong('array');
    const target = subselect !== undefined && 'SelectStmt' in subselect ? subselect.SelectStmt.targetList?.[0] : undefined;
    if (subLinkType !== 'EXPR_SUBLINK' || target === undefined || !('ResTarget' in target)) return NOTHING;
    return strong(target.ResTarget.name ?? figure(target.ResTarget.val).name ?? '?column?');
  }
  const kind = Object.keys(node)[0] ?? '';
  return strong(FIXED_NAMES[kind]);
}

const FIXED_NAMES: Readonly<Record<string, string>> = {
  A_ArrayExpr: 'array',
  RowExpr: 'row',
  CoalesceExpr: 'coalesce',
  GroupingFunc: 'grouping',
  MergeSupportFunc: 'merge_action',
  XmlSerialize: 'xmlserialize',
  JsonObjectConstructor: 'json_object',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonArrayAgg: 'json_arrayagg',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
};

function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) bytes += bytesOf(character);
  return bytes;
}

/** The longest start of a text that has at most so many bytes and ends between two characters (pg_mbcliplen). */
function clip(text: string, bytes: number): string {
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += bytesOf(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}

/** Bytes of a character in UTF-8. */
function bytesOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}
