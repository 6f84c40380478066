import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { nameParts, quoteIdentifier } from '../schema/names';
import { tokensOf } from '../sql/postgres/scan';
import type { Token } from '../sql/statement';
import { applyEdits, type Edit } from '../text';
import { is, written } from './alter-table';
import { commentsAbove, indentAt, lineEndOf, replaceIn, replaceStatement } from './edits';
import { keyWordsLike } from './key-words';
import { generatedName } from './names';
import { placeInWords, runInstead, safetyHere } from './surroundings';

type Kind<K extends Action['kind']> = Extract<Action, { kind: K }>;

/** CREATE INDEX CONCURRENTLY, outside of any transaction; on a partitioned table, partition by partition. */
export function createIndexConcurrently(context: MendContext, action: Kind<'create index'>): readonly Fix[] {
  if (context.parsed.nodeKind !== 'IndexStmt') return [];
  if (isPartitioned(context, action)) return indexByPartition(context, action);
  const columns = indexColumns(action);
  const name = action.index ?? (action.relation === undefined ? undefined : nameParts(action.relation).name);
  const mentions = [...(name === undefined ? [] : [name]), ...(action.unique ? ['conflict'] : [])];
  if (action.index === undefined && action.relation !== undefined) mentions.push(generatedName(action.relation, columns, 'idx', context.before));
  return withWord(context, 'INDEX', `Build the index concurrently${placeInWords(context)}`, mentions);
}

/** DROP INDEX CONCURRENTLY, one statement an index, since it takes only one. */
export function dropIndexConcurrently(context: MendContext): readonly Fix[] {
  const { parsed, index } = context;
  if (parsed.nodeKind !== 'DropStmt') return [];
  const tokens = significant(parsed.text);
  // CASCADE is not allowed with CONCURRENTLY (manual, DROP INDEX).
  if (tokens.some((token) => is(token, 'CASCADE'))) return [];
  const at = tokens.findIndex((token) => is(token, 'INDEX'));
  const title = `Drop the index concurrently${placeInWords(context)}`;
  const names = namesAfter(tokens, at, parsed.text);
  const mentions = names.map(({ last }) => unquoted(last));
  if (names.length === 1) return withWord(context, 'INDEX', title, mentions);
  const head = written(parsed.text, tokens[0], tokens[at]);
  const k = keyWordsLike(parsed.text);
  const ifExists = is(tokens[at + 1], 'IF') ? ` ${k('IF EXISTS')}` : '';
  const statements = names.map(({ text }) => `${head} ${k('CONCURRENTLY')}${ifExists} ${text}`);
  return fix(context, title, runInstead(context, [replaceStatement(context, index, statements)], statements, mentions));
}

/** REINDEX … CONCURRENTLY. */
export function reindexConcurrently(context: MendContext, action: Kind<'reindex'>): readonly Fix[] {
  if (context.parsed.nodeKind !== 'ReindexStmt' || action.what === 'system') return [];
  return withWord(context, action.what.toUpperCase(), `Rebuild the index concurrently${placeInWords(context)}`, []);
}

/** Puts CONCURRENTLY behind a key word of the statement. */
function withWord(context: MendContext, word: string, title: string, mentions: readonly string[]): readonly Fix[] {
  const { parsed, index } = context;
  const token = significant(parsed.text).find((candidate) => is(candidate, word));
  if (token === undefined) return [];
  const inserted = ` ${keyWordsLike(parsed.text)('CONCURRENTLY')}`;
  const place = { offset: token.offset + token.length, length: 0 };
  const moved = applyEdits(parsed.text, [{ ...place, text: inserted }]);
  return fix(context, title, runInstead(context, [replaceIn(context, index, place, inserted)], [withComments(context, moved)], mentions));
}

/** The index of a partitioned table: on the parent alone, then concurrently on each partition, then attached. */
function indexByPartition(context: MendContext, action: Kind<'create index'>): readonly Fix[] {
  const { parsed, index, before } = context;
  const table = action.relation === undefined ? undefined : before.relation(action.relation);
  if (table?.kind !== 'partitioned table' || action.relation === undefined || action.only || table.children.length === 0) return [];
  // A partition that is itself partitioned would need the same again.
  if (table.children.some((child) => before.relation(child)?.kind !== 'table')) return [];
  const tokens = significant(parsed.text);
  const on = tokens.findIndex((token) => is(token, 'ON'));
  const key = tokens.findIndex((token, at) => at > on && (is(token, 'USING') || is(token, '(')));
  if (on < 0 || key < 0) return [];
  const k = keyWordsLike(parsed.text);
  const columns = indexColumns(action);
  const name = action.index ?? generatedName(action.relation, columns, 'idx', before);
  const { schema } = nameParts(action.relation);
  const prefix = written(parsed.text, tokens[on], tokens[key - 1]).includes('.') ? `${quoteIdentifier(schema)}.` : '';
  const rest = written(parsed.text, tokens[key], tokens.at(-1));
  const create = written(parsed.text, tokens[0], tokens.find((token) => is(token, 'INDEX')));
  const children = table.children.map((child) => {
    const own = generatedName(child, columns, 'idx', before);
    // An index lives in the schema of its table, which need not be the parent's.
    return { child: qualified(nameParts(child), prefix), name: own, index: qualified({ schema: nameParts(child).schema, name: own }, prefix) };
  });
  const statements = [
    `${create} ${quoteIdentifier(name)} ${k('ON ONLY')} ${written(parsed.text, tokens[on + 1], tokens[key - 1])} ${rest}`,
    ...children.flatMap((child) => [
      `${create} ${k('CONCURRENTLY')} ${quoteIdentifier(child.name)} ${k('ON')} ${child.child} ${rest}`,
      `${k('ALTER INDEX')} ${prefix}${quoteIdentifier(name)} ${k('ATTACH PARTITION')} ${child.index}`,
    ]),
  ];
  const edits = runInstead(context, [replaceStatement(context, index, statements)], statements, [name]);
  return edits === undefined ? [] : [{ title: `Build the index partition by partition${placeInWords(context)}`, safety: 'review', edits }];
}

function isPartitioned(context: MendContext, action: Kind<'create index'>): boolean {
  return action.partitioned || (action.relation !== undefined && context.before.relation(action.relation)?.kind === 'partitioned table');
}

/** A relation as it may be written beside the statement's own: with its schema where the user writes schemas or it is another. */
function qualified({ schema, name }: ReturnType<typeof nameParts>, prefix: string): string {
  return prefix === '' && schema === 'public' ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/**
 * Names of the index's columns as the server puts them into a generated name, included ones too: an expression goes by
 * its function's name, else it is "expr" (FigureIndexColname in parse_target.c).
 */
function indexColumns({ node }: Kind<'create index'>): string[] {
  const statement = 'IndexStmt' in node ? node.IndexStmt : undefined;
  return [...(statement?.indexParams ?? []), ...(statement?.indexIncludingParams ?? [])].map((part) => {
    if (!('IndexElem' in part)) return 'expr';
    const { name, expr } = part.IndexElem;
    const called = expr !== undefined && 'FuncCall' in expr ? expr.FuncCall.funcname?.at(-1) : undefined;
    return name ?? (called !== undefined && 'String' in called ? called.String.sval : undefined) ?? 'expr';
  });
}

interface WrittenName {
  readonly text: string;
  readonly last: string;
}

/** The names that a list after `INDEX [IF EXISTS]` holds. */
function namesAfter(tokens: readonly Token[], index: number, text: string): WrittenName[] {
  let at = index + 1;
  if (is(tokens[at], 'IF')) at += 2;
  const names: WrittenName[] = [];
  for (let from = at; from < tokens.length; ) {
    let to = from;
    while (is(tokens[to + 1], '.')) to += 2;
    names.push({ text: written(text, tokens[from], tokens[to]), last: tokens[to]?.text ?? '' });
    if (!is(tokens[to + 1], ',')) break;
    from = to + 2;
  }
  return names;
}

function withComments(context: MendContext, statement: string): string {
  const lead = lineEndOf(context.text) + indentAt(context.text, context.statements[context.index]?.span.offset ?? 0);
  return [...commentsAbove(context, context.index), statement].join(lead);
}

function fix(context: MendContext, title: string, edits: readonly Edit[] | undefined): readonly Fix[] {
  return edits === undefined ? [] : [{ title, safety: safetyHere(context), edits }];
}

function significant(text: string): Token[] {
  return tokensOf(text).filter((token) => token.kind !== 'comment');
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}
