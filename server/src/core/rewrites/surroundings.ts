import type { Effects } from '../effects/effects';
import type { MendContext } from '../rules/rule';
import type { PartingEdit, Segment } from '../script/script';
import { tokensOf } from '../sql/postgres/scan';
import type { Edit } from '../text';
import { inTransaction } from '../timeline';
import { insertAfter, insertBefore, removeStatement } from './edits';
import { editsOf, fileInstead, filesAfter, ownFile, type OwnFile } from './own-file';

/** A statement at its place in a file. */
export type Located = Pick<MendContext, 'path' | 'text' | 'file' | 'tool' | 'statements' | 'index' | 'moment' | 'effects'>;

/** The transaction that a statement runs in, as far as a rewrite has to get out of it. */
export type Surroundings =
  /** None outlives the statement: what is put behind it runs by itself. */
  | { readonly kind: 'none' }
  /** What is to run by itself needs a file of its own: the tool sends the file, or its part, as one query. */
  | OwnFile
  /** BEGIN … COMMIT in the file. */
  | { readonly kind: 'explicit'; readonly begin: number; readonly commit: number; readonly alone: boolean }
  /** The tool's own, which a directive switches off for the file. */
  | { readonly kind: 'tool'; readonly edits: readonly Edit[]; readonly title: string; readonly alone: boolean }
  /** The implicit one of the statements that a call sends as one query: each is given a call of its own. */
  | { readonly kind: 'call'; readonly edits: readonly Edit[]; readonly title: string }
  /** One that nothing in the file can end before the statement's neighbours. */
  | { readonly kind: 'stuck' };

/** Which transaction a statement runs in. A direct statement only: what a function does cannot leave it. */
export function surroundingsOf(context: Located): Surroundings {
  const { moment, statements, index, tool, file } = context;
  const segment = statements[index]?.segment;
  if (segment === undefined) return { kind: 'stuck' };
  const asOne = segment.send === 'segment' && segment.call === undefined;
  if (!inTransaction(moment)) return asOne ? ownFile(context) : { kind: 'none' };
  if (moment.scope === 'explicit' && !moment.implicit) return explicit(context);
  if (moment.scope === 'query') return asOne ? ownFile(context) : { kind: 'call', edits: [parting(segment)], title: 'Send each statement by itself' };
  if (moment.scope === 'explicit') return { kind: 'stuck' };
  const optOut = tool.optOut?.(file, segment);
  if (optOut === undefined) return { kind: 'stuck' };
  if (asOne && optOut.alone === true) return ownFile(context, optOut);
  const others = statements.filter((statement, at) => at !== index && statement.effects !== undefined && isWork(statement.effects));
  // Without the tool's transaction, statements that are sent as one query are still in that query's.
  const edits = moment.implicit ? [...editsOf(optOut), parting(segment)] : editsOf(optOut);
  return { kind: 'tool', edits, title: optOut.title, alone: others.length === 0 };
}

/**
 * The edits that put statements where each of them runs in a transaction of its own, after the statement at hand:
 * right behind it, or behind the COMMIT. Undefined where there is no such place, or where something in between
 * undoes or needs what would be moved.
 * @param mentions names that later statements of the transaction must not speak of for the move to be sound
 */
export function runAfter(context: Located, statements: readonly string[], mentions: readonly string[] = []): readonly Edit[] | undefined {
  const around = surroundingsOf(context);
  switch (around.kind) {
    case 'none':
      return [insertAfter(context, context.index, statements)];
    case 'explicit':
      if (!mayMove(context, around.commit, mentions)) return undefined;
      return [insertAfter(context, around.commit, statements)];
    case 'tool':
    case 'call':
      return [...around.edits, insertAfter(context, context.index, statements)];
    case 'file':
      return mayMove(context, around.end, mentions) ? filesAfter(context, statements) : undefined;
    case 'stuck':
      return undefined;
  }
}

/**
 * The edits that take a whole statement away and run others instead, each in a transaction of its own. A BEGIN and
 * COMMIT that would be left empty go too.
 * @param inPlace what replaces the statement where there is no transaction
 */
export function runInstead(
  context: Located,
  inPlace: readonly Edit[],
  statements: readonly string[],
  mentions: readonly string[] = [],
): readonly Edit[] | undefined {
  const around = surroundingsOf(context);
  switch (around.kind) {
    case 'none':
      return inPlace;
    case 'file':
      return fileInstead(context, around, inPlace, statements);
    case 'tool':
    case 'call':
      return [...around.edits, ...inPlace];
    case 'explicit':
      if (around.alone) return [removeStatement(context, around.begin), ...inPlace, removeStatement(context, around.commit)];
      if (!mayMove(context, around.commit, mentions)) return undefined;
      return [removeStatement(context, context.index), insertAfter(context, around.commit, statements)];
    case 'stuck':
      return undefined;
  }
}

/**
 * The edits that put statements before the one at hand where each runs in a transaction of its own: right before it, or
 * before the BEGIN where nothing in between has touched the relations it is about.
 */
export function runBefore(context: Located, statements: readonly string[]): readonly Edit[] | undefined {
  const around = surroundingsOf(context);
  switch (around.kind) {
    case 'none':
      return [insertBefore(context, context.index, statements)];
    case 'tool':
    case 'call':
      return [...around.edits, insertBefore(context, context.index, statements)];
    case 'explicit':
      return isUntouchedSince(context, around.begin) ? [insertBefore(context, around.begin, statements)] : undefined;
    case 'file':
    case 'stuck':
      return undefined;
  }
}

/** What a fix's title says of where the work goes. */
export function placeInWords(context: Located): string {
  const around = surroundingsOf(context);
  const { kind } = around;
  if (kind === 'explicit') return ', outside the transaction';
  if (kind === 'file') return around.others.length === 0 && around.optOut === undefined ? '' : ', in a migration of its own';
  return kind === 'tool' ? ", without the tool's transaction" : '';
}

/** A fix that leaves no transaction behind does the same as the original; everything else wants a look. */
export function safetyHere(context: Located): 'safe' | 'review' {
  const around = surroundingsOf(context);
  return around.kind === 'none' || (around.kind === 'file' && around.others.length === 0 && around.optOut === undefined) ? 'safe' : 'review';
}

function parting({ offset }: Segment): PartingEdit {
  return { offset, length: 0, text: '', parting: true };
}

/** Whether nothing since BEGIN locked the relations of the statement or changed what its names mean. */
function isUntouchedSince({ statements, index, moment, effects }: Located, begin: number): boolean {
  if (moment.settings.search_path !== moment.onCommit.search_path) return false;
  const locked = new Set(effects.locks.map((lock) => lock.relation));
  return statements.slice(begin + 1, index).every(({ effects: earlier }) => {
    if (earlier === undefined) return false;
    return !earlier.locks.some((lock) => locked.has(lock.relation)) && !earlier.creates.some((relation) => locked.has(relation));
  });
}

function explicit(context: Located): Surroundings {
  const { statements, index, moment } = context;
  const transaction = statements[index]?.transaction;
  const begin = index - moment.ordinal;
  if (statements[begin]?.effects?.control?.kind !== 'begin') return { kind: 'stuck' };
  for (let at = index + 1; at < statements.length && statements[at]?.transaction === transaction; at++) {
    const control = statements[at]?.effects?.control;
    if (control?.kind === 'commit') {
      // AND CHAIN opens the next transaction at once: there is nothing between the two.
      if (control.chain) return { kind: 'stuck' };
      const between = statements.slice(begin + 1, at).filter((_, offset) => begin + 1 + offset !== index);
      return { kind: 'explicit', begin, commit: at, alone: between.length === 0 };
    }
    // What is rolled back must not be moved to where it would be kept.
    if (control?.kind === 'rollback' || control?.kind === 'rollback to' || control?.kind === 'prepare') return { kind: 'stuck' };
  }
  return { kind: 'stuck' };
}

/** Whether nothing between a statement and the end of its transaction depends on it having run. */
function mayMove({ statements, index, moment, effects }: Located, commit: number, mentions: readonly string[]): boolean {
  // A SET LOCAL search_path would be over behind the COMMIT.
  if (moment.settings.search_path !== moment.onCommit.search_path) return false;
  const locked = new Set(effects.locks.map((lock) => lock.relation));
  const names = mentions.map((name) => name.toLowerCase());
  return statements.slice(index + 1, commit).every(({ parsed, effects: later }) => {
    if (!parsed.ok || later === undefined) return false;
    if (later.actions.some((action) => UNSETTLING.has(action.kind) && action.relation !== undefined && locked.has(action.relation))) return false;
    if (later.drops.some((relation) => locked.has(relation))) return false;
    if (names.length === 0) return true;
    return !tokensOf(parsed.text).some((token) => names.includes(token.text.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"').toLowerCase()));
  });
}

/** What makes a statement about a relation mean something else, or fail, when it comes later. */
const UNSETTLING: ReadonlySet<string> = new Set(['rename relation', 'set schema', 'rename column', 'drop column', 'drop relation', 'alter column type']);

function isWork(effects: Effects): boolean {
  return effects.control === undefined && effects.setting === undefined;
}
