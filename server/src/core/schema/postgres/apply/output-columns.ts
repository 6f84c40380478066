import type { Node, SelectStmt, WithClause } from '@pgsql/types';
import { objectName } from '../../names';
import type { TypeReference } from '../../schema';
import type { SchemaView } from '../../view';
import { isBuiltinFunction } from '../builtin-lookup';
import { relationOf, typeReference } from '../resolve';
import { strings } from '../walk';
import { figureColumnName } from './generated-names';

/** A column that a query gives, with its type where that can be told. */
export interface OutputColumn {
  readonly name: string;
  readonly type: TypeReference | undefined;
}

export interface Output {
  readonly columns: readonly OutputColumn[];
  /** False where a `*` stands for columns that nobody knows. */
  readonly complete: boolean;
}

/** The columns that a query gives, the first of them renamed by a list of aliases. */
export function outputColumns(query: Node | undefined, aliases: readonly string[], schema: SchemaView): Output {
  const output = queryOutput(query, undefined, schema);
  if (aliases.length === 0) return output;
  return { ...output, columns: output.columns.map((column, i) => ({ ...column, name: aliases[i] ?? column.name })) };
}

/** CTEs that a query sees. */
interface Scope {
  readonly name: string;
  readonly output: Output;
  readonly outer: Scope | undefined;
}

const UNKNOWN: Output = { columns: [], complete: false };

function queryOutput(query: Node | undefined, scope: Scope | undefined, schema: SchemaView): Output {
  if (query === undefined) return UNKNOWN;
  if ('SelectStmt' in query) return selectOutput(query.SelectStmt, scope, schema);
  const changing = 'InsertStmt' in query ? query.InsertStmt : 'UpdateStmt' in query ? query.UpdateStmt : 'DeleteStmt' in query ? query.DeleteStmt : undefined;
  if (changing?.relation === undefined) return UNKNOWN;
  return targetsOutput(changing.returningClause?.exprs ?? [], [fromItem({ RangeVar: changing.relation }, scope, schema)].flat(), scope, schema);
}

function selectOutput(select: SelectStmt, outer: Scope | undefined, schema: SchemaView): Output {
  const scope = withCtes(select.withClause, outer, schema);
  if (select.larg !== undefined) return selectOutput(select.larg, scope, schema);
  const values = select.valuesLists?.[0];
  if (values !== undefined && 'List' in values) {
    const columns = (values.List.items ?? []).map((value, i) => ({ name: `column${String(i + 1)}`, type: expressionType(value, [], schema) }));
    return { columns, complete: true };
  }
  const sources = (select.fromClause ?? []).flatMap((item) => fromItem(item, scope, schema));
  return targetsOutput(select.targetList ?? [], sources, scope, schema);
}

function withCtes(clause: WithClause | undefined, outer: Scope | undefined, schema: SchemaView): Scope | undefined {
  let scope = outer;
  for (const node of clause?.ctes ?? []) {
    if (!('CommonTableExpr' in node)) continue;
    const { ctename = '', ctequery, aliascolnames } = node.CommonTableExpr;
    scope = { name: ctename, output: renamed(queryOutput(ctequery, scope, schema), strings(aliascolnames)), outer: scope };
  }
  return scope;
}

/** Something in FROM that columns come from. */
interface Source {
  readonly alias: string | undefined;
  readonly output: Output;
  /** Columns that USING or NATURAL shows once, at the first source that has them. */
  readonly merged: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

function fromItem(item: Node, scope: Scope | undefined, schema: SchemaView): readonly Source[] {
  if ('RangeVar' in item) {
    const { relname, schemaname, alias } = item.RangeVar;
    let cte = schemaname === undefined ? scope : undefined;
    while (cte !== undefined && cte.name !== relname) cte = cte.outer;
    const output = cte?.output ?? relationOutput(item.RangeVar, schema);
    return [{ alias: alias?.aliasname ?? relname, output: renamed(output, strings(alias?.colnames)), merged: NONE }];
  }
  if ('RangeSubselect' in item) {
    const { subquery, alias } = item.RangeSubselect;
    return [{ alias: alias?.aliasname, output: renamed(queryOutput(subquery, scope, schema), strings(alias?.colnames)), merged: NONE }];
  }
  if ('RangeTableSample' in item && item.RangeTableSample.relation !== undefined) return fromItem(item.RangeTableSample.relation, scope, schema);
  if ('JoinExpr' in item) {
    const { larg, rarg, usingClause, isNatural } = item.JoinExpr;
    const left = larg === undefined ? [] : fromItem(larg, scope, schema);
    const right = rarg === undefined ? [] : fromItem(rarg, scope, schema);
    const shared = isNatural === true ? sharedNames(left, right) : new Set(strings(usingClause));
    return shared.size === 0 ? [...left, ...right] : [...left, ...right.map((source) => ({ ...source, merged: shared }))];
  }
  return [{ alias: undefined, output: UNKNOWN, merged: NONE }];
}

function sharedNames(left: readonly Source[], right: readonly Source[]): ReadonlySet<string> {
  const names = (sources: readonly Source[]): string[] => sources.flatMap((source) => source.output.columns.map((column) => column.name));
  const onLeft = new Set(names(left));
  return new Set(names(right).filter((name) => onLeft.has(name)));
}

function relationOutput(range: Parameters<typeof relationOf>[0], schema: SchemaView): Output {
  const relation = relationOf(range, schema);
  if (relation === undefined || !('columns' in relation)) return UNKNOWN;
  return { columns: relation.columns.map(({ name, type }) => ({ name, type })), complete: !('partial' in relation) };
}

function renamed(output: Output, aliases: readonly string[]): Output {
  return aliases.length === 0 ? output : { ...output, columns: output.columns.map((column, i) => ({ ...column, name: aliases[i] ?? column.name })) };
}

function targetsOutput(targets: readonly Node[], sources: readonly Source[], scope: Scope | undefined, schema: SchemaView): Output {
  const columns: OutputColumn[] = [];
  let complete = true;
  for (const target of targets) {
    if (!('ResTarget' in target)) continue;
    const { name, val } = target.ResTarget;
    const star = val === undefined ? undefined : starOf(val);
    if (star === undefined) {
      const type = val === undefined ? undefined : expressionType(val, sources, schema, scope);
      columns.push({ name: name ?? (val === undefined ? undefined : figureColumnName(val)) ?? '?column?', type });
      continue;
    }
    for (const source of sources) {
      if (star.of !== undefined && source.alias !== star.of) continue;
      complete &&= source.output.complete;
      columns.push(...source.output.columns.filter((column) => star.of !== undefined || !source.merged.has(column.name)));
    }
  }
  return { columns, complete };
}

function starOf(value: Node): { readonly of: string | undefined } | undefined {
  if (!('ColumnRef' in value)) return undefined;
  const fields = value.ColumnRef.fields ?? [];
  const last = fields[fields.length - 1];
  return last !== undefined && 'A_Star' in last ? { of: strings(fields).at(-1) } : undefined;
}

const builtin = (name: string): TypeReference => ({ name: objectName('pg_catalog', name), modifiers: [], array: false });

/** Types of functions that are the same for every argument (pg_proc.prorettype). */
const FUNCTION_TYPES: Readonly<Record<string, string>> = {
  count: 'int8',
  now: 'timestamptz',
  row_number: 'int8',
  rank: 'int8',
  dense_rank: 'int8',
  lower: 'text',
  upper: 'text',
  trim: 'text',
  btrim: 'text',
  concat: 'text',
  md5: 'text',
  replace: 'text',
  string_agg: 'text',
  to_char: 'text',
  length: 'int4',
  char_length: 'int4',
  bool_and: 'bool',
  bool_or: 'bool',
  jsonb_build_object: 'jsonb',
  jsonb_agg: 'jsonb',
  json_build_object: 'json',
  json_agg: 'json',
  gen_random_uuid: 'uuid',
};

const VALUE_TYPES: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: 'date',
  SVFOP_CURRENT_TIME: 'timetz',
  SVFOP_CURRENT_TIMESTAMP: 'timestamptz',
  SVFOP_LOCALTIME: 'time',
  SVFOP_LOCALTIMESTAMP: 'timestamp',
};

/** The type of an expression where that is plain, else undefined. */
function expressionType(node: Node, sources: readonly Source[], schema: SchemaView, scope?: Scope): TypeReference | undefined {
  if ('ColumnRef' in node) {
    const parts = strings(node.ColumnRef.fields);
    const column = parts[parts.length - 1];
    const of = parts[parts.length - 2];
    for (const source of sources) {
      if (of !== undefined && source.alias !== of) continue;
      const found = source.output.columns.find((candidate) => candidate.name === column);
      if (found !== undefined) return found.type;
      // What nobody knows may have the column.
      if (!source.output.complete) return undefined;
    }
    return undefined;
  }
  if ('TypeCast' in node) return node.TypeCast.typeName === undefined ? undefined : typeReference(node.TypeCast.typeName, schema);
  if ('A_Const' in node) {
    const { ival, sval, boolval, fval } = node.A_Const;
    if (ival !== undefined) return builtin('int4');
    if (boolval !== undefined) return builtin('bool');
    if (fval !== undefined) return builtin(/^\d{1,19}$/.test(fval.fval ?? '') ? 'int8' : 'numeric');
    return sval === undefined ? undefined : builtin('text');
  }
  if ('FuncCall' in node) {
    const parts = strings(node.FuncCall.funcname);
    const name = parts[parts.length - 1] ?? '';
    if (parts.length > 1 ? parts[0] !== 'pg_catalog' : !isBuiltinFunction(name)) return undefined;
    const known = FUNCTION_TYPES[name];
    if (known !== undefined) return builtin(known);
    const argument = node.FuncCall.args?.[0];
    return (name === 'min' || name === 'max') && argument !== undefined ? unmodified(expressionType(argument, sources, schema, scope)) : undefined;
  }
  if ('SQLValueFunction' in node) {
    const name = VALUE_TYPES[(node.SQLValueFunction.op ?? '').replace(/_N$/, '')];
    return builtin(name ?? 'name');
  }
  if ('BoolExpr' in node || 'NullTest' in node || 'BooleanTest' in node) return builtin('bool');
  if ('SubLink' in node) {
    const { subLinkType, subselect } = node.SubLink;
    if (subLinkType === 'EXISTS_SUBLINK' || subLinkType === 'ANY_SUBLINK' || subLinkType === 'ALL_SUBLINK') return builtin('bool');
    return subLinkType === 'EXPR_SUBLINK' ? queryOutput(subselect, scope, schema).columns[0]?.type : undefined;
  }
  if ('CoalesceExpr' in node) return sameType((node.CoalesceExpr.args ?? []).map((arg) => expressionType(arg, sources, schema, scope)));
  return undefined;
}

function unmodified(type: TypeReference | undefined): TypeReference | undefined {
  return type === undefined ? undefined : { ...type, modifiers: [] };
}

function sameType(types: readonly (TypeReference | undefined)[]): TypeReference | undefined {
  const [first] = types;
  return first !== undefined && types.every((type) => type?.name === first.name && type.array === first.array) ? unmodified(first) : undefined;
}
