import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { quoteIdentifier } from '../schema/names';
import { tokensOf } from '../sql/postgres/scan';
import type { Token } from '../sql/statement';
import { applyEdits } from '../text';
import { alterTableOf, closing, is, subcommandOf, written } from './alter-table';
import { replaceIn, replaceStatement } from './edits';
import { keyWordsLike, type KeyWords } from './key-words';
import { generatedName } from './names';
import { placeInWords, runAfter, runBefore, runInstead, surroundingsOf } from './surroundings';

type PartitionAction = Extract<Action, { kind: 'attach partition' | 'detach partition' }>;

/** DETACH PARTITION … CONCURRENTLY (PostgreSQL 14 and later; not where there is a default partition). */
export function detachConcurrently(context: MendContext, action: PartitionAction): readonly Fix[] {
  const alter = alterTableOf(context.parsed);
  const subcommand = alter === undefined ? undefined : subcommandOf(alter, action);
  const parent = action.relation === undefined ? undefined : context.before.relation(action.relation);
  if (subcommand === undefined || context.target.version < 14) return [];
  if (parent !== undefined && 'children' in parent && parent.children.some((child) => isDefault(context, child))) return [];
  const text = ` ${keyWordsLike(context.parsed.text)('CONCURRENTLY')}`;
  const place = { offset: subcommand.offset + subcommand.length, length: 0 };
  const moved = applyEdits(context.parsed.text, [{ ...place, text }]);
  const edits = runInstead(context, [replaceIn(context, context.index, place, text)], [moved]);
  return edits === undefined ? [] : [{ title: `Detach it concurrently${placeInWords(context)}`, safety: 'review', edits }];
}

/** Proves a partition's bound by a CHECK that is validated before ATTACH, which then reads nothing, and drops it afterwards. */
export function attachProven(context: MendContext, action: PartitionAction): readonly Fix[] {
  const { parsed, before, target } = context;
  const alter = alterTableOf(parsed);
  const subcommand = alter === undefined ? undefined : subcommandOf(alter, action);
  const parent = action.relation === undefined ? undefined : before.relation(action.relation);
  if (subcommand === undefined || parent === undefined || !('partitioning' in parent) || parent.partitioning === undefined) return [];
  const [column, ...more] = parent.partitioning.columns;
  if (column === undefined || more.length > 0 || target.version < 12) return [];
  const k = keyWordsLike(parsed.text);
  const { tokens } = subcommand;
  const bound = tokens.findIndex((token) => is(token, 'FOR'));
  const check = bound < 0 ? undefined : boundAsCheck(parsed.text, tokens.slice(bound + 2), quoteIdentifier(column), k);
  if (check === undefined) return [];
  const child = written(parsed.text, tokens[2], tokens[bound - 1]);
  const name = quoteIdentifier(generatedName(action.partition, ['bound'], 'check', before));
  const head = `${k('ALTER TABLE')} ${child}`;
  const first = runBefore(context, [`${head} ${k('ADD CONSTRAINT')} ${name} ${k('CHECK')} (${check}) ${k('NOT VALID')}`, `${head} ${k('VALIDATE CONSTRAINT')} ${name}`]);
  const last = runAfter(context, [`${head} ${k('DROP CONSTRAINT')} ${name}`]);
  if (first === undefined || last === undefined || surroundingsOf(context).kind === 'tool') return [];
  return [{ title: `Prove the bound by a CHECK that is validated first${placeInWords(context)}`, safety: 'review', edits: [...first, ...last] }];
}

/** CREATE TABLE … PARTITION OF as a table like its parent that is then attached, which holds up nobody. */
export function createThenAttach(context: MendContext): readonly Fix[] {
  const { parsed, index } = context;
  if (parsed.nodeKind !== 'CreateStmt') return [];
  const tokens = tokensOf(parsed.text).filter((token) => token.kind !== 'comment');
  const partition = tokens.findIndex((token, at) => is(token, 'PARTITION') && is(tokens[at + 1], 'OF'));
  const bound = tokens.findIndex((token, at) => at > partition && (is(token, 'FOR') || is(token, 'DEFAULT')));
  const table = tokens.findIndex((token) => is(token, 'TABLE'));
  // Columns or options of its own, or partitions under it, need a person.
  if (partition < 0 || bound < 0 || tokens.slice(partition, bound).some((token) => is(token, '(')) || !endsWithBound(tokens.slice(bound))) return [];
  const k = keyWordsLike(parsed.text);
  const nameFrom = is(tokens[table + 1], 'IF') ? table + 4 : table + 1;
  const name = written(parsed.text, tokens[nameFrom], tokens[partition - 1]);
  const parent = written(parsed.text, tokens[partition + 2], tokens[bound - 1]);
  const statements = [
    `${written(parsed.text, tokens[0], tokens[partition - 1])} (${k('LIKE')} ${parent} ${k('INCLUDING ALL EXCLUDING IDENTITY')})`,
    `${k('ALTER TABLE')} ${parent} ${k('ATTACH PARTITION')} ${name} ${written(parsed.text, tokens[bound], tokens.at(-1))}`,
  ];
  return [{ title: 'Create it like its parent, then attach it', safety: 'review', edits: [replaceStatement(context, index, statements)] }];
}

function endsWithBound(bound: readonly Token[]): boolean {
  if (is(bound[0], 'DEFAULT')) return bound.length === 1;
  return bound.at(-1)?.text === ')' && !bound.some((token) => is(token, 'TABLESPACE') || is(token, 'BY') || is(token, 'USING'));
}

/** The rows that a bound of a single column lets in, as an expression; undefined for hash partitions. */
function boundAsCheck(text: string, bound: readonly Token[], column: string, k: KeyWords): string | undefined {
  const notNull = `${column} ${k('IS NOT NULL')}`;
  if (is(bound[0], 'IN')) {
    // NULL in the list lets rows in that IN does not.
    if (bound.some((token) => is(token, 'NULL'))) return undefined;
    return `${notNull} ${k('AND')} ${column} ${k('IN')} ${written(text, bound[1], bound[closing(bound, 1)])}`;
  }
  if (!is(bound[0], 'FROM')) return undefined;
  const fromEnd = closing(bound, 1);
  const limits = [
    { sign: '>=', list: bound.slice(2, fromEnd) },
    { sign: '<', list: bound.slice(fromEnd + 3, closing(bound, fromEnd + 2)) },
  ];
  const parts = limits.flatMap(({ sign, list }) =>
    is(list[0], 'MINVALUE') || is(list[0], 'MAXVALUE') ? [] : [`${column} ${sign} ${written(text, list[0], list.at(-1))}`],
  );
  return [notNull, ...parts].join(` ${k('AND')} `);
}

function isDefault(context: MendContext, child: PartitionAction['partition']): boolean {
  const table = context.before.relation(child);
  return table !== undefined && 'bound' in table && table.bound?.isDefault === true;
}
