import type { DeleteStmt, RangeVar, UpdateStmt } from '@pgsql/types';
import type { ParsedStatement, Token } from '../../sql/statement';
import { tokensOf } from '../../sql/postgres/scan';

/** An UPDATE or DELETE, cut into the stretches that the rewriting keeps as they were written. */
export interface DmlShape {
  readonly verb: 'update' | 'delete' | 'insert' | 'merge';
  readonly tree: UpdateStmt | DeleteStmt;
  readonly target: RangeVar;
  /** The target as written, with ONLY and alias: `ONLY app.orders AS o`. */
  readonly targetText: string;
  /** How the statement calls the target: its alias, or its name as written without the schema. */
  readonly targetName: string;
  /** Everything before WHERE (or RETURNING, or the end). */
  readonly head: string;
  /** The other relations of FROM or USING as written. */
  readonly others: string | undefined;
  /** The condition, without the word WHERE. */
  readonly where: string | undefined;
  readonly returning: string | undefined;
  readonly withClause: string | undefined;
  /** What stands behind the condition: ON CONFLICT of an INSERT … SELECT, the clauses of a MERGE. */
  readonly tail?: string;
}

/** Cuts a statement up along its tokens at depth 0. */
export function dmlShape({ text, node }: ParsedStatement): DmlShape | undefined {
  const tree: UpdateStmt | DeleteStmt | undefined = 'UpdateStmt' in node ? node.UpdateStmt : 'DeleteStmt' in node ? node.DeleteStmt : undefined;
  const target = tree?.relation;
  if (tree === undefined || target === undefined) return undefined;
  const verb = 'UpdateStmt' in node ? 'update' : 'delete';
  const words = topLevel(tokensOf(text));
  const end = words.at(-1);
  const find = (word: string, from: number): number => words.findIndex((token, index) => index >= from && token.text.toLowerCase() === word);
  const start = find(verb, 0);
  if (start < 0 || end === undefined) return undefined;
  const targetStart = verb === 'delete' ? find('from', start) + 1 : start + 1;
  const set = verb === 'update' ? find('set', targetStart) : -1;
  const joins = 'fromClause' in tree || 'usingClause' in tree;
  // The FROM of IS DISTINCT FROM starts no clause.
  const join = joins ? words.findIndex((token, index) => index >= Math.max(set, targetStart) && isWord(token, verb === 'update' ? 'from' : 'using') && !isWord(words[index - 1], 'distinct')) : -1;
  const where = tree.whereClause === undefined ? -1 : find('where', Math.max(join, set, targetStart));
  const returning = tree.returningClause === undefined ? -1 : find('returning', Math.max(where, join, set, targetStart));
  const stop = end.offset + end.length;
  const before = (...indexes: readonly number[]): number => {
    const next = indexes.find((index) => index >= 0);
    const previous = next === undefined ? end : words[next - 1];
    return previous === undefined ? stop : previous.offset + previous.length;
  };
  const after = (index: number): number => words[index + 1]?.offset ?? stop;
  const targetAt = words[targetStart]?.offset ?? stop;
  return {
    verb,
    tree,
    target,
    targetText: text.slice(targetAt, before(set, join, where, returning)),
    targetName: target.alias?.aliasname === undefined ? lastName(words, targetStart) : quotedAlias(words, targetStart, set, join, where, returning),
    head: text.slice(0, before(where, returning)),
    others: join < 0 ? undefined : text.slice(after(join), before(where, returning)),
    where: where < 0 ? undefined : text.slice(after(where), before(returning)),
    returning: returning < 0 ? undefined : text.slice(words[returning]?.offset ?? stop, stop),
    withClause: start === 0 ? undefined : text.slice(0, words[start]?.offset ?? 0).trimEnd(),
  };
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'keyword' && token.text.toLowerCase() === word;
}

/** Tokens outside of any parenthesis or bracket, without comments; the brackets themselves are kept. */
export function topLevel(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  return tokens.filter((token) => {
    if (token.kind === 'comment') return false;
    if (token.text === '(' || token.text === '[') return depth++ === 0;
    if (token.text === ')' || token.text === ']') return --depth === 0;
    return depth === 0;
  });
}

/** Name as written of `schema.name`: the last of the dotted parts that start here. */
function lastName(words: readonly Token[], start: number): string {
  let at = words[start]?.text.toLowerCase() === 'only' ? start + 1 : start;
  while (words[at + 1]?.text === '.') at += 2;
  return words[at]?.text ?? '';
}

/** The alias as written: the last word before the next clause. */
function quotedAlias(words: readonly Token[], start: number, ...clauses: readonly number[]): string {
  const next = clauses.find((index) => index >= 0) ?? words.length;
  return words[Math.max(start, next - 1)]?.text ?? '';
}
