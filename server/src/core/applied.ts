import { compareNatural, fileDirection } from './migration-path';
import { nameParts, type ObjectName } from './schema/names';
import type { AppliedRow, AppliedTable, ToolFile } from './script/script';
import { TOOLS, toolFor } from './script/tools';

/** What a database holds of a table in which a migration tool may note what it applied. */
export interface AppliedRecord {
  /** Its exact name. */
  readonly table: string;
  /** All of its columns that tools look at. */
  readonly columns: readonly string[];
  /** By {@link columns}, as text, in the order that tools want. Absent where they could not be read. */
  readonly rows?: readonly (readonly (string | null)[])[];
  /** Why there are no rows. */
  readonly unread?: 'no privilege' | 'locked' | 'too many rows';
}

/** A table that may be a tool's, as the catalogue has it. */
export interface TableOutline {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
}

/** What is to be read of a table. */
export interface AppliedQuery {
  readonly columns: readonly string[];
  readonly order: string | undefined;
}

/** What of a table is to be read; undefined for one that is no tool's by its name and columns. */
export function appliedQuery(table: TableOutline): AppliedQuery | undefined {
  const own = APPLIED_TABLES.filter((declared) => isTableOf(declared, table));
  if (own.length === 0) return undefined;
  const wanted = new Set(own.flatMap(({ columns, at, order }) => [...columns, ...(at === undefined ? [] : [at]), ...(order === undefined ? [] : [order])]));
  const order = own.find((declared) => declared.order !== undefined && table.columns.includes(declared.order))?.order;
  return { columns: table.columns.filter((column) => wanted.has(column)), order };
}

const APPLIED_TABLES: readonly AppliedTable[] = [...new Set(TOOLS.flatMap(({ applied }) => applied ?? []))];

/** Names that such tables have by default, without their schemas, in lower case. */
export const APPLIED_TABLE_NAMES: readonly string[] = [...new Set(APPLIED_TABLES.map(({ table }) => ownName(table).toLowerCase()))];

/** Words one of which is in the name of such a table, whatever somebody called it: a pattern in PostgreSQL's syntax. */
export const APPLIED_TABLE_WORDS = 'migrat|version|chang|histor|revision|alembic|flyway|liquibase|goose|sequelize|schema|phinx';

function ownName(table: string): string {
  return table.slice(table.indexOf('.') + 1);
}

function isTableOf({ table, columns, without = [], unmistakable }: AppliedTable, outline: TableOutline): boolean {
  const has = (column: string): boolean => outline.columns.includes(column);
  return columns.every(has) && !without.some(has) && (unmistakable === true || ownName(table).toLowerCase() === outline.name.toLowerCase());
}

/** That a file was applied, by the word of its tool. */
export interface Applied {
  /** The table that says so. */
  readonly table: string;
  /** The day, YYYY-MM-DD; undefined where the tool does not note it. */
  readonly on: string | undefined;
}

/** What is known of a history's files. */
export interface AppliedFiles {
  /** Those that were applied, by path. */
  readonly applied: ReadonlyMap<string, Applied>;
  /** Why that is not known of some, as a sentence. */
  readonly unknown: string | undefined;
}

export const NOTHING_APPLIED: AppliedFiles = { applied: new Map(), unknown: undefined };

/**
 * Which files of histories were applied. Of several tables that may be a tool's own, that one counts which knows most of the files.
 * @param files those that do not undo others; each is looked at once as long as it is the same text
 */
export class AppliedIndex {
  private readonly keys = new Map<string, KnownFile>();
  private last: { readonly files: readonly ToolFile[]; readonly records: readonly AppliedRecord[]; readonly answer: AppliedFiles } | undefined;

  /** @param tool id of the migration tool, where it is configured */
  constructor(private readonly tool?: string) {}

  /** The same files and records give the same object. */
  of(files: readonly ToolFile[], records: readonly AppliedRecord[] | undefined): AppliedFiles {
    if (records === undefined || records.length === 0) return NOTHING_APPLIED;
    const { last } = this;
    if (last?.records === records && last.files.length === files.length && last.files.every((file, at) => isSame(file, files[at]))) return last.answer;
    const answer = this.find(files, records);
    this.last = { files, records, answer };
    return answer;
  }

  private find(files: readonly ToolFile[], records: readonly AppliedRecord[]): AppliedFiles {
    const byTable = new Map<AppliedTable, KnownFile[]>();
    for (const file of files) {
      const known = this.known(file);
      if (known.table === undefined || known.keys.length === 0 || fileDirection(file.path) === 'down') continue;
      const group = byTable.get(known.table);
      if (group === undefined) byTable.set(known.table, [known]);
      else group.push(known);
    }
    const applied = new Map<string, Applied>();
    let unknown: string | undefined;
    for (const [declared, group] of byTable) {
      const found = whatIsApplied(declared, group, records);
      unknown ??= found.unknown;
      for (const [path, one] of found.applied) applied.set(path, one);
    }
    return { applied, unknown };
  }

  private known(file: ToolFile): KnownFile {
    const known = this.keys.get(file.path);
    if (known !== undefined && isSame(known.file, file)) return known;
    const { applied: table } = toolFor(file, this.tool);
    const found: KnownFile = { file, table, keys: table?.keysOf(file) ?? [], parents: table?.parentsOf?.(file) ?? [] };
    this.keys.set(file.path, found);
    return found;
  }
}

interface KnownFile {
  readonly file: ToolFile;
  readonly table: AppliedTable | undefined;
  readonly keys: readonly string[];
  readonly parents: readonly string[];
}

function isSame(a: ToolFile, b: ToolFile | undefined): boolean {
  return a.path === b?.path && a.text === b.text && a.beside === b.beside;
}

/** By the best of the tables that may be the tool's. */
function whatIsApplied(declared: AppliedTable, files: readonly KnownFile[], records: readonly AppliedRecord[]): AppliedFiles {
  const own = records.filter((record) => isTableOf(declared, outlineOf(record))).sort((a, b) => strangeness(declared, a) - strangeness(declared, b));
  let best = NOTHING_APPLIED;
  for (const record of own) {
    const applied = appliedBy(declared, files, record);
    if (applied.size > best.applied.size) best = { applied, unknown: undefined };
  }
  const unread = best.applied.size === 0 ? own.find(({ rows }) => rows === undefined) : undefined;
  return unread === undefined ? best : { applied: best.applied, unknown: `Which migrations are applied is not known: ${reasonOf(unread)}` };
}

function outlineOf({ table, columns }: AppliedRecord): TableOutline {
  return { ...nameParts(table as ObjectName), columns };
}

/** How far a table is from where the tool puts it by default. */
function strangeness({ table }: AppliedTable, record: AppliedRecord): number {
  const { schema, name } = nameParts(record.table as ObjectName);
  const isIn = table.includes('.') ? table.slice(0, table.indexOf('.')) : 'public';
  return Number(name !== ownName(table)) * 2 + Number(schema !== isIn);
}

function reasonOf({ table, unread }: AppliedRecord): string {
  switch (unread) {
    case 'locked':
      return `somebody has a lock on ${table}.`;
    case 'too many rows':
      return `${table} has more rows than a tool's own table has.`;
    default:
      return `the role may not read ${table} (GRANT SELECT ON ${table}).`;
  }
}

function appliedBy(declared: AppliedTable, files: readonly KnownFile[], record: AppliedRecord): ReadonlyMap<string, Applied> {
  const days = new Map<string, string | undefined>();
  const limits: { readonly key: string; readonly including: boolean; readonly on: string | undefined }[] = [];
  for (const values of record.rows ?? []) {
    const row: AppliedRow = Object.fromEntries(record.columns.map((column, at) => [column, values[at] ?? null]));
    const on = declared.at === undefined ? undefined : dayOf(row[declared.at] ?? undefined);
    for (const { key, state } of declared.noted?.(row) ?? [{ key: row[declared.columns[0]] ?? '', state: declared.rows === 'last' ? ('all up to' as const) : ('applied' as const) }]) {
      if (state === 'applied') days.set(key, on);
      else if (state === 'not applied') days.delete(key);
      else limits.push({ key, including: state === 'all up to', on });
    }
  }
  if (declared.rows === 'heads') addAncestors(days, files);
  const isWithin = (key: string): boolean => limits.some((limit) => compareNatural(key, limit.key) < (limit.including ? 1 : 0));
  const found = new Map<string, Applied>();
  for (const { file, keys } of files) {
    if (!keys.every((key) => days.has(key) || isWithin(key))) continue;
    const lastOf = keys.flatMap((key) => days.get(key) ?? limits.find((limit) => limit.key === key)?.on ?? []).sort().at(-1);
    found.set(file.path, { table: record.table, on: lastOf });
  }
  return found;
}

/** Adds what the heads build on: each is applied since they are. */
function addAncestors(days: Map<string, string | undefined>, files: readonly KnownFile[]): void {
  const parents = new Map(files.flatMap((file) => file.keys.map((key) => [key, file.parents] as const)));
  const waiting = [...days.keys()];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    for (const parent of parents.get(key) ?? []) {
      if (days.has(parent)) continue;
      days.set(parent, undefined);
      waiting.push(parent);
    }
  }
}

/** The day of a timestamp as the server writes it. */
function dayOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /^\d{4}-\d{2}-\d{2}/u.exec(text)?.[0];
}
