import type { ColumnRef, Node, PartitionBoundSpec } from '@pgsql/types';
import type { Analysis } from './analysis';
import type { Action } from './effects/effects';
import { boundCheck, defaultCheck } from './rewrites/partition-proof';
import { expressionSql } from './rewrites/deparse';
import { displayName, nameParts, quoteIdentifier, type ObjectName, type RelationName } from './schema/names';
import { baseType, domainUsers } from './schema/postgres/facts/domains';
import { volatilityOf } from './schema/postgres/expressions';
import { replaceNodes, strings } from './schema/postgres/walk';
import { relationName } from './schema/postgres/resolve';
import type { Constraint, Relation, Table, TypeReference } from './schema/schema';
import { SchemaEditor } from './schema/editor';
import type { SchemaView } from './schema/view';
import type { ParsedStatement } from './sql/statement';

/** A question to the data: what would make a statement fail. */
export interface DataCheck {
  /** What is wrong, as the end of a sentence that a number begins: `have users.email NULL`. */
  readonly what: string;
  /** What is counted: rows, or values that several rows share. */
  readonly unit: 'row' | 'value';
  /** A query with a row, without columns of the data, for each violation; it may be ended early. */
  readonly sql: string;
  /** A query for people that shows them. */
  readonly shown: string;
  /** Where its names are looked up. */
  readonly searchPath: readonly string[];
}

/** What a server said to a {@link DataCheck}. */
export interface Violations {
  readonly count: number;
  /** Whether there are more than were counted. */
  readonly orMore: boolean;
}

/** Tells one check from another. */
export function checkKey({ sql, searchPath }: DataCheck): string {
  return `${searchPath.join()}\0${sql}`;
}

/** A check and the statement that it is about, by its position. */
export interface StatementCheck {
  readonly statement: number;
  readonly check: DataCheck;
}

/**
 * What can be asked of the data before a migration runs. Nothing about relations whose rows an earlier statement changes:
 * what is there now says little of them.
 * @param changed relations whose rows earlier migrations change; those that this one does are added
 */
export function dataChecks({ statements }: Pick<Analysis, 'statements'>, changed = new Set<RelationName>()): readonly StatementCheck[] {
  const found: StatementCheck[] = [];
  for (const [index, statement] of statements.entries()) {
    const { effects, parsed, segment } = statement;
    if (effects === undefined || !parsed.ok || segment.direction === 'down') continue;
    for (const { relation, checks } of checksOf({ effects, parsed, before: new SchemaEditor(statement.before) })) {
      if (!changed.has(relation)) found.push(...checks.map((check) => ({ statement: index, check })));
    }
    for (const { kind, relation } of effects.actions) if (relation !== undefined && CHANGES.has(kind)) changed.add(relation);
  }
  return found;
}

const CHANGES: ReadonlySet<Action['kind']> = new Set(['update', 'delete', 'merge', 'insert', 'truncate']);

interface Asked {
  readonly parsed: ParsedStatement;
  readonly effects: { readonly actions: readonly Action[] };
  readonly before: SchemaView;
}

/** The checks of one statement, by the relation whose rows they count. */
export function checksOf({ effects, parsed, before }: Asked): readonly { readonly relation: RelationName; readonly action: Action; readonly checks: readonly DataCheck[] }[] {
  if (!ASKED.has(parsed.nodeKind)) return [];
  return effects.actions.flatMap((action) => {
    if (action.kind === 'alter domain') return action.conditional ? [] : ofDomain(action, before);
    const relation = action.kind === 'create table' ? action.partitionOf : action.relation;
    if (relation === undefined || (action.isNew && action.kind !== 'create table') || action.conditional) return [];
    const table = before.relation(relation);
    if (table === undefined || !('constraints' in table) || table.kind === 'foreign table') return [];
    const found = new Checks(table, isOnly(parsed.node), before).of(action);
    return found.length === 0 ? [] : [{ relation, action, checks: found }];
  });
}

const ASKED: ReadonlySet<string> = new Set(['AlterTableStmt', 'IndexStmt', 'AlterDomainStmt', 'CreateStmt']);

/** What a domain will demand, asked of every column of it; arrays and rows of it the server refuses. */
function ofDomain(action: Extract<Action, { kind: 'alter domain' }>, schema: SchemaView): readonly { readonly relation: RelationName; readonly action: Action; readonly checks: readonly DataCheck[] }[] {
  const type = schema.type(action.domain);
  if (type?.kind !== 'domain' || action.notValid) return [];
  const statement = 'AlterDomainStmt' in action.node ? action.node.AlterDomainStmt : undefined;
  const constraint = statement?.def !== undefined && 'Constraint' in statement.def ? statement.def.Constraint : undefined;
  const validated = action.adds === undefined ? type.checks.find(({ name, valid }) => name === statement?.name && !valid)?.expression : undefined;
  const expression = action.adds === 'check' ? constraint?.raw_expr : validated;
  if (action.adds === 'not null' ? type.notNull : expression === undefined) return [];
  return columnsOfDomain(action.domain, schema).flatMap(({ table, column }) => {
    const checks = new Checks(table, true, schema);
    const found = action.adds === 'not null' ? checks.nulls(column) : checks.unfit(column, expression);
    return found.length === 0 ? [] : [{ relation: table.name, action, checks: found }];
  });
}

function columnsOfDomain(domain: ObjectName, schema: SchemaView): readonly { readonly table: Table; readonly column: string }[] {
  return domainUsers(domain, schema).flatMap(({ relation, columns }) => ('constraints' in relation && relation.origin === undefined ? columns.map((column) => ({ table: relation, column })) : []));
}

function isOnly(node: Node): boolean {
  const mention = 'AlterTableStmt' in node ? node.AlterTableStmt.relation : 'IndexStmt' in node ? node.IndexStmt.relation : undefined;
  return mention !== undefined && mention.inh !== true;
}

const PLAIN = (words: string): string => words;

/** The checks of a table. */
class Checks {
  private readonly from: string;

  constructor(
    private readonly table: Table,
    only: boolean,
    private readonly schema: SchemaView,
  ) {
    this.from = only && table.kind !== 'partitioned table' ? `ONLY ${table.name}` : table.name;
  }

  of(action: Action): readonly DataCheck[] {
    switch (action.kind) {
      case 'set not null':
        return this.nulls(action.column);
      case 'add column':
        if (action.type !== undefined && !action.hasDefault && action.generated === undefined && demandsValue(action.type, this.schema)) {
          return [this.rows(`would have no value for ${quoteIdentifier(action.column)}, whose domain is NOT NULL and has no default`, 'true')];
        }
        if (!action.notNull || action.hasDefault || action.generated !== undefined || action.identity || action.serial || action.type?.name.startsWith('pg_catalog.') !== true) return [];
        return [this.rows(`would have no value for ${quoteIdentifier(action.column)}, which is NOT NULL and has no default`, 'true')];
      case 'add constraint':
        return action.notValid || action.usingIndex !== undefined ? [] : this.added(action.node, action.columns);
      case 'validate constraint':
        return this.validated(this.table.constraints.find(({ name }) => name === action.name));
      case 'create index':
        return action.unique && !action.only ? this.uniqueIndex(action.node) : [];
      case 'attach partition':
        return this.attached(action.partition, action.node);
      case 'create table':
        return this.besideDefault('CreateStmt' in action.node ? action.node.CreateStmt.partbound : undefined);
      case 'alter column type':
        return action.using || action.from === undefined ? [] : [...this.narrowed(action.column, action.from, baseType(action.to, this.schema)), ...this.ofItsDomain(action.column, action.to)];
      default:
        return [];
    }
  }

  private rows(what: string, condition: string, from = this.from): DataCheck {
    return this.asked(what, 'row', `FROM ${from} WHERE ${condition}`, '*');
  }

  private asked(what: string, unit: DataCheck['unit'], rest: string, shown: string): DataCheck {
    return { what, unit, sql: `SELECT ${rest}`, shown: `SELECT ${shown} ${rest} LIMIT 100;`, searchPath: this.schema.searchPath };
  }

  private column(name: string): string {
    return `${displayName(this.table.name)}.${quoteIdentifier(name)}`;
  }

  /** Rows that a CHECK of a domain does not let be; `VALUE` stands for the column. */
  unfit(column: string, expression: Node | undefined, cast?: string): readonly DataCheck[] {
    if (expression === undefined) return [];
    const value = { fields: [{ String: { sval: column } }] };
    const own = replaceNodes(expression, (kind, body) => (kind === 'ColumnRef' && strings((body as ColumnRef).fields).join('.') === 'value' ? value : undefined));
    const [shown, sql] = [this.written(expression), this.written(own)];
    if (shown === undefined || sql === undefined) return [];
    const quoted = quoteIdentifier(column);
    const from = cast === undefined ? this.from : `(SELECT ${quoted}::${cast} AS ${quoted} FROM ${this.from}) converted`;
    return [this.rows(`have a value in ${this.column(column)} that does not fulfil CHECK (${shown})`, `NOT (${sql})`, from)];
  }

  /** What a domain demands of the values of a column that is turned into it, and the domains it is over. */
  private ofItsDomain(column: string, to: TypeReference): readonly DataCheck[] {
    const found: DataCheck[] = [];
    for (let type = to.array ? undefined : this.schema.type(to.name); type?.kind === 'domain'; type = type.base.array ? undefined : this.schema.type(type.base.name)) {
      if (type.notNull) found.push(...this.nulls(column));
      const cast = writtenType(baseType(type.base, this.schema));
      for (const { expression } of type.checks) found.push(...this.unfit(column, expression, cast));
    }
    return found;
  }

  nulls(column: string): readonly DataCheck[] {
    const type = this.typeOf(column);
    // A row of NULLs IS NULL, but is a value; no other type has that.
    const test = type?.name.startsWith('pg_catalog.') === true ? 'IS NULL' : 'IS NOT DISTINCT FROM NULL';
    return type === undefined ? [] : [this.rows(`have ${this.column(column)} NULL`, `${quoteIdentifier(column)} ${test}`)];
  }

  private typeOf(column: string): TypeReference | undefined {
    return this.table.columns.find(({ name }) => name === column)?.type;
  }

  private added(node: Node, names: readonly string[]): readonly DataCheck[] {
    const definition = 'AlterTableCmd' in node ? node.AlterTableCmd.def : node;
    if (definition === undefined || !('Constraint' in definition)) return [];
    const { contype, raw_expr: expression, nulls_not_distinct: notDistinct, pktable, fk_attrs: own, pk_attrs: theirs, fk_matchtype: match, is_enforced: enforced } = definition.Constraint;
    if (enforced === false && (contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN')) return [];
    switch (contype) {
      case 'CONSTR_CHECK':
        return this.broken(expression, definition.Constraint.is_no_inherit === true);
      case 'CONSTR_NOTNULL':
        return strings(definition.Constraint.keys).flatMap((column) => this.nulls(column));
      case 'CONSTR_PRIMARY':
        return [...names.flatMap((column) => this.nulls(column)), ...this.duplicates(names.map(quoteIdentifier), undefined, false)];
      case 'CONSTR_EXCLUSION':
        return this.conflicting(definition.Constraint.exclusions ?? [], definition.Constraint.where_clause);
      case 'CONSTR_UNIQUE':
        return this.duplicates(names.map(quoteIdentifier), undefined, notDistinct === true);
      case 'CONSTR_FOREIGN':
        return pktable === undefined ? [] : this.orphans(own === undefined ? names : strings(own), relationName(pktable, this.schema), strings(theirs), match === 'f');
      default:
        return [];
    }
  }

  private validated(constraint: Constraint | undefined): readonly DataCheck[] {
    if (constraint === undefined || constraint.valid) return [];
    switch (constraint.kind) {
      case 'check':
        return this.broken(constraint.expression, constraint.noInherit);
      case 'not null':
        return this.nulls(constraint.column);
      case 'foreign key':
        return this.orphans(constraint.columns, constraint.references, constraint.referencedColumns, constraint.matchFull === true);
      default:
        return [];
    }
  }

  /** Rows for which a condition is false: where it is NULL it holds (ExecRelCheck). */
  private broken(expression: Node | undefined, noInherit: boolean): readonly DataCheck[] {
    const sql = expression === undefined ? undefined : this.written(expression);
    if (sql === undefined) return [];
    const from = noInherit && this.table.kind !== 'partitioned table' ? `ONLY ${this.table.name}` : this.from;
    return [this.rows(`do not fulfil CHECK (${sql})`, `NOT (${sql})`, from)];
  }

  /** SQL of an expression that runs nothing volatile. */
  private written(expression: Node): string | undefined {
    const volatility = volatilityOf(expression, this.schema);
    return volatility === 'immutable' || volatility === 'stable' ? expressionSql(expression, { k: PLAIN }) : undefined;
  }

  /** Values that more than one row has. Rows with a NULL among them are all different, unless told otherwise. */
  private duplicates(keys: readonly string[], predicate: string | undefined, notDistinct: boolean): readonly DataCheck[] {
    if (keys.length === 0) return [];
    const conditions = [...(predicate === undefined ? [] : [`(${predicate})`]), ...(notDistinct ? [] : keys.map((key) => `${key} IS NOT NULL`))];
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    const list = keys.join(', ');
    const from = this.table.kind === 'partitioned table' ? this.table.name : `ONLY ${this.table.name}`;
    return [this.asked(`of (${list}) are there more than once in ${displayName(this.table.name)}`, 'value', `FROM ${from}${where} GROUP BY ${list} HAVING pg_catalog.count(*) > 1`, `${list}, count(*)`)];
  }

  /** Rows for which another one answers yes to every operator (check_exclusion_or_unique_constraint, src/backend/executor/execIndexing.c). */
  private conflicting(exclusions: readonly Node[], where: Node | undefined): readonly DataCheck[] {
    const predicate = where === undefined ? undefined : this.written(where);
    if (this.table.kind === 'partitioned table' || (where !== undefined && predicate === undefined)) return [];
    const parts = exclusions.map((exclusion): { readonly key: string; readonly operator: string } | undefined => {
      const [element, names] = 'List' in exclusion ? (exclusion.List.items ?? []) : [];
      if (element === undefined || names === undefined || !('IndexElem' in element) || !('List' in names)) return undefined;
      const { name, expr, collation } = element.IndexElem;
      const written = name === undefined ? (expr === undefined ? undefined : this.written(expr)) : quoteIdentifier(name);
      const operator = strings(names.List.items);
      const collated = (collation ?? []).length === 0 ? '' : ` COLLATE ${strings(collation).map(quoteIdentifier).join('.')}`;
      return written === undefined ? undefined : { key: `${name === undefined ? `(${written})` : written}${collated}`, operator: operator.length === 1 ? (operator[0] ?? '') : `OPERATOR(${[...operator.slice(0, -1).map(quoteIdentifier), operator.at(-1) ?? ''].join('.')})` };
    });
    if (parts.length === 0 || !parts.every((part) => part !== undefined)) return [];
    const rows = `(SELECT ctid AS place, ${parts.map(({ key }, at) => `${key} AS key${String(at + 1)}`).join(', ')} FROM ONLY ${this.table.name}${predicate === undefined ? '' : ` WHERE ${predicate}`})`;
    const same = parts.map(({ operator }, at) => `one.key${String(at + 1)} ${operator} other.key${String(at + 1)}`).join(' AND ');
    const what = `conflict with another row of ${displayName(this.table.name)} (${parts.map(({ key, operator }) => `${key} WITH ${operator}`).join(', ')})`;
    return [this.asked(what, 'row', `FROM ${rows} one WHERE EXISTS (SELECT FROM ${rows} other WHERE one.place <> other.place AND ${same})`, 'one.*')];
  }

  private uniqueIndex(node: Node): readonly DataCheck[] {
    if (!('IndexStmt' in node)) return [];
    const { indexParams, whereClause, nulls_not_distinct: notDistinct } = node.IndexStmt;
    const keys = (indexParams ?? []).map((part): string | undefined => {
      if (!('IndexElem' in part)) return undefined;
      const { name, expr, collation, opclass } = part.IndexElem;
      // Another operator class may have another notion of equal.
      if ((opclass ?? []).length > 0) return undefined;
      const written = name === undefined ? (expr === undefined ? undefined : this.written(expr)) : quoteIdentifier(name);
      const collated = (collation ?? []).length === 0 ? '' : ` COLLATE ${strings(collation).map(quoteIdentifier).join('.')}`;
      return written === undefined ? undefined : `${name === undefined ? `(${written})` : written}${collated}`;
    });
    const predicate = whereClause === undefined ? undefined : this.written(whereClause);
    if (!keys.every((key) => key !== undefined) || (whereClause !== undefined && predicate === undefined)) return [];
    return this.duplicates(keys, predicate, notDistinct === true);
  }

  /** Rows that refer to nothing (RI_Initial_Check, src/backend/utils/adt/ri_triggers.c). */
  private orphans(columns: readonly string[], references: RelationName, named: readonly string[], isFull: boolean): readonly DataCheck[] {
    const parent: Relation | undefined = this.schema.relation(references);
    if (parent === undefined || !('constraints' in parent)) return [];
    const key = named.length > 0 ? named : parent.constraints.flatMap((constraint) => (constraint.kind === 'primary key' ? constraint.columns : []));
    if (columns.length === 0 || key.length !== columns.length || parent.partial === true) return [];
    const own = columns.map((column) => `c.${quoteIdentifier(column)}`);
    const only = (table: Table): string => (table.kind === 'partitioned table' ? table.name : `ONLY ${table.name}`);
    const same = own.map((column, at) => `p.${quoteIdentifier(key[at] ?? '')} = ${column}`).join(' AND ');
    const given = own.map((column) => `${column} IS NOT NULL`).join(' AND ');
    const missing = `${given} AND NOT EXISTS (SELECT FROM ${only(parent)} p WHERE ${same})`;
    const mixed = isFull && own.length > 1 ? ` OR NOT (${given}) AND (${own.map((column) => `${column} IS NOT NULL`).join(' OR ')})` : '';
    const what = `refer by (${columns.map(quoteIdentifier).join(', ')}) to nothing in ${displayName(references)}`;
    return [this.asked(what, 'row', `FROM ${only(this.table)} c WHERE ${missing}${mixed}`, 'c.*')];
  }

  /** Rows of a table that its bound as a partition would not let in. */
  private attached(partition: RelationName, node: Node): readonly DataCheck[] {
    const command = 'AlterTableCmd' in node ? node.AlterTableCmd.def : undefined;
    const bound: PartitionBoundSpec | undefined = command !== undefined && 'PartitionCmd' in command ? command.PartitionCmd.bound : undefined;
    const child = this.schema.relation(partition);
    if (bound === undefined || child === undefined || !('constraints' in child) || child.origin !== undefined) return [];
    const check = bound.is_default === true ? defaultCheck(this.table, this.schema, PLAIN) : (boundCheck(bound, this.table, PLAIN) ?? this.hashCheck(bound));
    if (check === undefined || check === '') return [];
    return [this.rows(`of ${displayName(partition)} are outside of the bound`, `NOT (${check})`, partition), ...this.besideDefault(bound)];
  }

  /** Rows of the default partition that a new one would have to have. */
  private besideDefault(bound: PartitionBoundSpec | undefined): readonly DataCheck[] {
    const check = bound === undefined || bound.is_default === true ? undefined : boundCheck(bound, this.table, PLAIN);
    if (check === undefined) return [];
    return this.table.children.flatMap((name) => {
      const other = this.schema.relation(name);
      if (other === undefined || !('bound' in other) || other.bound?.isDefault !== true || other.origin !== undefined) return [];
      return [this.rows(`of the default partition ${displayName(name)} belong to the new one`, check, name)];
    });
  }

  /** The server's own question: what it makes of a hash partition's bound (get_qual_for_hash, src/backend/partitioning/partbounds.c). */
  private hashCheck({ strategy, modulus, remainder = 0 }: PartitionBoundSpec): string | undefined {
    const columns = this.table.partitioning?.columns ?? [];
    if (strategy !== 'h' || modulus === undefined || columns.length === 0 || !columns.every((column) => column !== undefined)) return undefined;
    const parent = `'${this.table.name.replaceAll("'", "''")}'::pg_catalog.regclass`;
    return `pg_catalog.satisfies_hash_partition(${[parent, String(modulus), String(remainder), ...columns.map(quoteIdentifier)].join(', ')})`;
  }

  /** Values that do not fit a type that takes fewer. */
  private narrowed(column: string, from: TypeReference, to: TypeReference): readonly DataCheck[] {
    const c = quoteIdentifier(column);
    const [old, wanted] = [builtin(from), builtin(to)];
    const [first, scale = 0] = to.modifiers;
    if (from.array || to.array || old === undefined || wanted === undefined) return [];
    const wrong = (condition: string): readonly DataCheck[] => [this.rows(`have a value in ${this.column(column)} that does not fit the new type`, condition)];
    const least = INTEGERS.get(wanted);
    if (least !== undefined && (INTEGERS.has(old) || old === 'numeric')) {
      return wrong(`${old === 'numeric' ? `pg_catalog.round(${c})` : c} NOT BETWEEN ${least} AND ${String(-BigInt(least) - 1n)}`);
    }
    // Blanks beyond the length are cut without a word (varchar and bpchar, src/backend/utils/adt/varchar.c).
    if (TEXTS.has(old) && LIMITED.has(wanted) && (first !== undefined || wanted === 'bpchar')) {
      return wrong(`pg_catalog.length(pg_catalog.rtrim(${c}::pg_catalog.text, ' ')) > ${String(first ?? 1)}`);
    }
    if (wanted === 'numeric' && first !== undefined && (old === 'numeric' || INTEGERS.has(old))) {
      // NaN fits every precision.
      const isNumber = old === 'numeric' ? `${c} <> 'NaN'::pg_catalog.numeric AND ` : '';
      return wrong(`${isNumber}pg_catalog.abs(pg_catalog.round(${c}::pg_catalog.numeric, ${String(scale)})) >= 10::pg_catalog.numeric ^ ${String(first - scale)}`);
    }
    return [];
  }
}

/** A type as SQL has it; undefined for one whose modifiers are not plain numbers. */
function writtenType({ name, modifiers, array }: TypeReference): string | undefined {
  if (modifiers.some((modifier) => modifier < 0)) return undefined;
  return `${name}${modifiers.length === 0 ? '' : `(${modifiers.join(', ')})`}${array ? '[]' : ''}`;
}

/** Whether a column of the type cannot be NULL although nothing says what is in it. */
function demandsValue({ name, array }: TypeReference, schema: SchemaView): boolean {
  const type = array ? undefined : schema.type(name);
  return type?.kind === 'domain' && type.default === undefined && (type.notNull || demandsValue(type.base, schema));
}

/** The name of one of the server's own types. */
function builtin({ name }: TypeReference): string | undefined {
  const parts = nameParts(name);
  return parts.schema === 'pg_catalog' ? parts.name : undefined;
}

/** The least value of each integer type; the largest is one less than its opposite. */
const INTEGERS: ReadonlyMap<string, string> = new Map([
  ['int2', '-32768'],
  ['int4', '-2147483648'],
  ['int8', '-9223372036854775808'],
]);
const LIMITED: ReadonlySet<string> = new Set(['varchar', 'bpchar']);
const TEXTS: ReadonlySet<string> = new Set(['text', ...LIMITED]);

/** A count in words: `17 rows have users.email NULL`. */
export function violationsInWords({ unit, what }: DataCheck, { count, orMore }: Violations): string {
  if (count !== 1 || orMore) return `${orMore ? 'more than ' : ''}${count.toLocaleString('en-US')} ${unit}s ${what}`;
  const [many, one] = SINGULAR.find(([words]) => what.includes(words)) ?? ['', ''];
  return `1 ${unit} ${what.replace(many, one)}`;
}

/** The verbs of what is said of many, and of one. */
const SINGULAR: readonly (readonly [string, string])[] = [
  ['are there more than once', 'is there more than once'],
  ['are outside of the bound', 'is outside of the bound'],
  ['belong to the new one', 'belongs to the new one'],
  ['have ', 'has '],
  ['conflict with', 'conflicts with'],
  ['do not fulfil', 'does not fulfil'],
  ['refer by', 'refers by'],
];
