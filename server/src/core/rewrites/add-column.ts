import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { quoteIdentifier } from '../schema/names';
import type { Token } from '../sql/statement';
import type { Edit } from '../text';
import { alterTableOf, closing, is, subcommandOf, written, type AlterTable, type Subcommand } from './alter-table';
import { headOf } from './constraint';
import { replaceIn } from './edits';
import { keyWordsLike, type KeyWords } from './key-words';
import { generatedName } from './names';
import { notNullProofs } from './not-null';
import { placeInWords, runAfter } from './surroundings';
import { keyOf } from './using-index';

export type AddColumn = Extract<Action, { kind: 'add column' }>;

export type ColumnPartKind = 'default' | 'not null' | 'null' | 'check' | 'unique' | 'primary key' | 'references' | 'generated' | 'collate' | 'other';

/** One of the things that stand behind a column's type: a default or a constraint, with its name and attributes. */
interface ColumnPart {
  readonly kind: ColumnPartKind;
  /** `CONSTRAINT name`'s name as written. */
  readonly name: string | undefined;
  /** Without `CONSTRAINT name`. */
  readonly body: readonly Token[];
  /** With it. */
  readonly tokens: readonly Token[];
}

/** An ADD COLUMN as it is written. */
interface WrittenColumn {
  readonly alter: AlterTable;
  readonly subcommand: Subcommand;
  readonly k: KeyWords;
  readonly head: string;
  readonly column: string;
  readonly parts: readonly ColumnPart[];
}

/**
 * Adds a column without the default that would rewrite the table, gives new rows the default, fills the old ones and
 * only then makes it NOT NULL. The UPDATE is one statement here: converting it to batches is that statement's own fix.
 */
export function addThenFill(context: MendContext, action: AddColumn): readonly Fix[] {
  const column = writtenColumn(context, action);
  const value = column?.parts.find((part) => part.kind === 'default');
  if (column === undefined || value === undefined || action.relation === undefined) return [];
  const moved = column.parts.filter((part) => part.kind === 'default' || part.kind === 'not null');
  // What else hangs on the column would have to wait for the values too.
  if (column.parts.some((part) => part.kind === 'unique' || part.kind === 'primary key' || part.kind === 'check' || part.kind === 'references')) return [];
  const { k, head } = column;
  const text = context.parsed.text;
  const alterColumn = `${k('ALTER COLUMN')} ${column.column}`;
  const statements = [
    `${head} ${alterColumn} ${k('SET')} ${written(text, value.body[0], value.body.at(-1))}`,
    `${k('UPDATE')} ${column.alter.table} ${k('SET')} ${column.column} = ${k('DEFAULT')} ${k('WHERE')} ${column.column} ${k('IS NULL')}`,
    ...notNullAfter(context, action, column),
  ];
  return split(context, column, moved, statements, 'Add the column, then its default, then fill it');
}

/** Adds a column without its CHECK, which is added NOT VALID and validated apart. */
export function addThenCheck(context: MendContext, action: AddColumn): readonly Fix[] {
  return addThenConstrain(context, action, 'check', 'check', 'Add the column, then its CHECK as NOT VALID, and validate it apart');
}

/** Adds a column without its REFERENCES, which becomes a foreign key that is added NOT VALID and validated apart. */
export function addThenReference(context: MendContext, action: AddColumn): readonly Fix[] {
  return addThenConstrain(context, action, 'references', 'fkey', 'Add the column, then its foreign key as NOT VALID, and validate it apart');
}

/** Adds a column without its UNIQUE, whose index is built concurrently. */
export function addThenUnique(context: MendContext, action: AddColumn): readonly Fix[] {
  const column = writtenColumn(context, action);
  const part = column?.parts.find((candidate) => candidate.kind === 'unique');
  if (column === undefined || part === undefined || action.relation === undefined) return [];
  const { k, head, alter } = column;
  const name = part.name ?? quoteIdentifier(generatedName(action.relation, [action.column], 'key', context.before));
  const key = keyOf(context.parsed.text, withColumns(part.body, column.column));
  if (key === undefined) return [];
  const statements = [
    [`${k('CREATE UNIQUE INDEX CONCURRENTLY')} ${name} ${k('ON')} ${alter.table} (${column.column})`, ...key.options].join(' '),
    [`${head} ${k('ADD CONSTRAINT')} ${name} ${k('UNIQUE USING INDEX')} ${name}`, ...key.attributes].join(' '),
  ];
  return split(context, column, [part], statements, 'Add the column, then build its unique index concurrently');
}

/** Adds a column without its NOT NULL, for which there are no values yet. */
export function addNullable(context: MendContext, action: AddColumn): readonly Fix[] {
  const column = writtenColumn(context, action);
  const part = column?.parts.find((candidate) => candidate.kind === 'not null');
  if (column === undefined || part === undefined) return [];
  return [{ title: 'Add it nullable; fill it and SET NOT NULL later', safety: 'review', edits: [removalOf(context, column, part)] }];
}

/** Makes a stored generated column a virtual one, which is worked out when it is read (PostgreSQL 18). */
export function makeVirtual(context: MendContext, action: AddColumn): readonly Fix[] {
  const column = writtenColumn(context, action);
  const stored = column?.parts.find((part) => part.kind === 'generated')?.body.find((token) => is(token, 'STORED'));
  if (column === undefined || stored === undefined || context.target.version < 18) return [];
  return [{ title: 'Make it VIRTUAL', safety: 'review', edits: [replaceIn(context, context.index, stored, column.k('VIRTUAL'))] }];
}

function addThenConstrain(context: MendContext, action: AddColumn, kind: 'check' | 'references', label: string, title: string): readonly Fix[] {
  const column = writtenColumn(context, action);
  const part = column?.parts.find((candidate) => candidate.kind === kind);
  if (column === undefined || part === undefined || action.relation === undefined) return [];
  const { k, head } = column;
  const name = part.name ?? quoteIdentifier(generatedName(action.relation, [action.column], label, context.before));
  const body = written(context.parsed.text, part.body[0], part.body.at(-1));
  const constraint = kind === 'check' ? body : `${k('FOREIGN KEY')} (${column.column}) ${body}`;
  const statements = [
    `${head} ${k('ADD CONSTRAINT')} ${name} ${constraint} ${k('NOT VALID')}`,
    `${head} ${k('VALIDATE CONSTRAINT')} ${name}`,
  ];
  return split(context, column, [part], statements, title);
}

/** Takes parts off the column and runs statements afterwards. */
function split(context: MendContext, column: WrittenColumn, parts: readonly ColumnPart[], statements: readonly string[], title: string): readonly Fix[] {
  const after = runAfter(context, statements);
  if (after === undefined) return [];
  const edits = parts.map((part) => removalOf(context, column, part));
  return [{ title: `${title}${placeInWords(context)}`, safety: 'review', edits: [...edits, ...after] }];
}

/** Removes a part of a column's definition together with the blanks before it. */
function removalOf(context: MendContext, { subcommand }: WrittenColumn, part: ColumnPart): Edit {
  const [first, last] = [part.tokens[0], part.tokens.at(-1)];
  const before = first === undefined ? undefined : subcommand.tokens[subcommand.tokens.indexOf(first) - 1];
  if (first === undefined || last === undefined || before === undefined) throw new RangeError('a part of a column without a place');
  const start = before.offset + before.length;
  return replaceIn(context, context.index, { offset: start, length: last.offset + last.length - start }, '');
}

function notNullAfter(context: MendContext, action: AddColumn, { parts, k, head }: WrittenColumn): string[] {
  if (!parts.some((part) => part.kind === 'not null') || action.relation === undefined) return [];
  const subject = { relation: action.relation, column: action.column, schema: context.before, target: context.target, k };
  const proof = notNullProofs(subject)[0];
  return proof === undefined ? [] : [proof.first, ...proof.then].map((step) => `${head} ${step}`);
}

/** How the column that an action adds is written. */
function writtenColumn(context: MendContext, action: AddColumn): WrittenColumn | undefined {
  const alter = alterTableOf(context.parsed);
  const subcommand = alter === undefined ? undefined : subcommandOf(alter, action);
  if (alter === undefined || subcommand === undefined) return undefined;
  const { tokens } = subcommand;
  let at = is(tokens[1], 'COLUMN') ? 2 : 1;
  if (is(tokens[at], 'IF') && is(tokens[at + 1], 'NOT')) at += 3;
  const column = tokens[at]?.text;
  if (column === undefined) return undefined;
  const k = keyWordsLike(context.parsed.text);
  return { alter, subcommand, k, head: headOf(alter, k), column, parts: partsOf(tokens.slice(at + 1)) };
}

/** Splits what follows a column's name at the words that start a default or a constraint. */
function partsOf(tokens: readonly Token[]): ColumnPart[] {
  const parts: ColumnPart[] = [];
  let at = 0;
  while (at < tokens.length && kindAt(tokens, at) === undefined && !is(tokens[at], 'CONSTRAINT')) at = past(tokens, at);
  while (at < tokens.length) {
    const from = at;
    const named = is(tokens[at], 'CONSTRAINT');
    if (named) at += 2;
    const body = at;
    const kind = kindAt(tokens, at) ?? 'other';
    // The words of the part's own kind do not start the next one.
    at = kind === 'not null' || kind === 'primary key' ? at + 2 : kind === 'generated' ? generatedEnd(tokens, at) : past(tokens, at);
    while (at < tokens.length && !is(tokens[at], 'CONSTRAINT') && (kindAt(tokens, at) === undefined || belongs(kind, tokens, at))) at = past(tokens, at);
    parts.push({ kind, name: named ? tokens[from + 1]?.text : undefined, body: tokens.slice(body, at), tokens: tokens.slice(from, at) });
  }
  return parts;
}

/** SET NULL and SET DEFAULT of a foreign key, NOT DEFERRABLE, NULLS NOT DISTINCT: words that only look like the start of a part. */
function belongs(kind: ColumnPartKind, tokens: readonly Token[], at: number): boolean {
  return kind === 'references' && is(tokens[at - 1], 'SET');
}

function kindAt(tokens: readonly Token[], at: number): ColumnPartKind | undefined {
  const token = tokens[at];
  if (token?.kind !== 'keyword') return undefined;
  const word = token.text.toUpperCase();
  if (word === 'NOT') return is(tokens[at + 1], 'NULL') ? 'not null' : undefined;
  if (word === 'PRIMARY') return 'primary key';
  const kinds: Readonly<Record<string, ColumnPartKind>> = {
    DEFAULT: 'default',
    NULL: 'null',
    CHECK: 'check',
    UNIQUE: 'unique',
    REFERENCES: 'references',
    GENERATED: 'generated',
    COLLATE: 'collate',
    STORAGE: 'other',
    COMPRESSION: 'other',
  };
  return kinds[word];
}

/** `GENERATED BY DEFAULT AS IDENTITY`: its DEFAULT is none. */
function generatedEnd(tokens: readonly Token[], at: number): number {
  let end = at;
  while (end < tokens.length && !is(tokens[end], 'AS')) end += 1;
  return Math.min(end + 2, tokens.length);
}

/** The index after a token, or after the brackets that it opens. */
function past(tokens: readonly Token[], at: number): number {
  return tokens[at]?.text === '(' || tokens[at]?.text === '[' ? closing(tokens, at) + 1 : at + 1;
}

/** `UNIQUE …` of a column as `UNIQUE (column) …` of a table, as tokens: only the shape matters, the list is not read. */
function withColumns(body: readonly Token[], column: string): Token[] {
  const at = is(body[1], 'NULLS') ? (is(body[2], 'NOT') ? 4 : 3) : 1;
  const place = body[at - 1] ?? { offset: 0, length: 0 };
  const sign = (text: string): Token => ({ kind: 'other', text, offset: place.offset + place.length, length: 0 });
  return [...body.slice(0, at), sign('('), sign(column), sign(')'), ...body.slice(at)];
}
