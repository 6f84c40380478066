import type { MendContext } from '../rules/rule';
import type { BesideEdit, NewFile, OptOut } from '../script/script';
import type { Edit } from '../text';
import { commentsAbove, lineEndOf, removeStatement, replaceStatement } from './edits';
import { keyWordsLike } from './key-words';
import { pathsAfter } from './phases/numbering';
import { wordsOfPath } from './phases/phases';

type Placed = Pick<MendContext, 'path' | 'text' | 'file' | 'tool' | 'statements' | 'index'>;

/** What is to run by itself needs a file of its own: the tool sends the file, or its part, as one query. */
export interface OwnFile {
  readonly kind: 'file';
  /** The other statements that are sent with it. */
  readonly others: readonly number[];
  /** The index behind the last of them. */
  readonly end: number;
  /** What switches the tool's transaction off for the file that the statement is alone in. */
  readonly optOut: OptOut | undefined;
}

/** Where a statement stands that its tool sends as one query with its neighbours. */
export function ownFile({ statements, index }: Pick<Placed, 'statements' | 'index'>, optOut?: OptOut): OwnFile {
  const segment = statements[index]?.segment;
  const members = statements.flatMap((statement, at) => (statement.segment === segment ? [at] : []));
  return { kind: 'file', others: members.filter((at) => at !== index), end: (members.at(-1) ?? index) + 1, optOut };
}

/** The edits of an opt-out, the files that it writes among them. */
export function editsOf({ edits, files = [] }: OptOut): readonly Edit[] {
  return [...edits, ...files.map((file): BesideEdit => ({ offset: 0, length: 0, text: '', beside: file }))];
}

/**
 * Takes a statement away and runs others instead, each in a file of its own; what comes behind it in its file goes into
 * one that follows those, so that the order stays. Where nothing is before it the first stays here.
 */
export function fileInstead(context: Placed, around: OwnFile, inPlace: readonly Edit[], statements: readonly string[]): readonly Edit[] | undefined {
  const { index, tool, statements: all } = context;
  const { optOut, others } = around;
  const [first, ...more] = statements;
  if (first === undefined) return undefined;
  const off = optOut === undefined ? [] : editsOf(optOut);
  if (others.length === 0 && more.length === 0) return [...off, ...inPlace];
  if (tool.migration === undefined || all[index]?.segment.direction === 'down') return undefined;
  const isWork = (at: number): boolean => all[at]?.effects?.setting === undefined;
  const isControl = (at: number): boolean => all[at]?.effects?.control !== undefined || all[at]?.effects === undefined;
  if (others.some(isControl)) return tailOnly(context, around, statements);
  const [before, after] = [others.filter((at) => at < index), others.filter((at) => at > index)];
  const rest = after.length === 0 ? [] : [restOf(context, index)];
  const gone = after.map((at) => removeStatement(context, at));
  const stays = !before.some(isWork);
  if (!stays) return [removeStatement(context, index), ...gone, ...files(context, [...statements.map((sql) => withSemicolon(context, sql)), ...rest], rest.length)];
  const here = more.length === 0 ? inPlace : [replaceStatement(context, index, [first])];
  return [...before.map((at) => removeStatement(context, at)), ...off, ...here, ...gone, ...files(context, [...more.map((sql) => withSemicolon(context, sql)), ...rest], rest.length)];
}

/** Behind the COMMIT of a file that is sent whole: the statement moves into the next file, if it is the last. */
function tailOnly(context: Placed, { others }: OwnFile, statements: readonly string[]): readonly Edit[] | undefined {
  const { index } = context;
  if (others.some((at) => at > index)) return undefined;
  return [removeStatement(context, index), ...files(context, statements.map((sql) => withSemicolon(context, sql)), 0)];
}

/** Runs statements in files that follow this one, each in its own. */
export function filesAfter(context: Placed, statements: readonly string[]): readonly Edit[] | undefined {
  if (context.tool.migration === undefined || context.statements[context.index]?.segment.direction === 'down') return undefined;
  return files(context, statements.map((sql) => withSemicolon(context, sql)), 0);
}

/**
 * New migrations after this one.
 * @param rest how many of the last are what is left of the file, and run as it does
 */
function files({ path, file, tool }: Placed, texts: readonly string[], rest: number): readonly Edit[] {
  const stem = wordsOfPath(path);
  const used = new Map<string, number>();
  const names = texts.map((text, at) => {
    const name = at >= texts.length - rest ? 'rest' : /\bconcurrently\b/iu.test(text) ? 'concurrently' : /\bvalidate\b/iu.test(text) ? 'validate' : 'apart';
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return `${stem === '' ? '' : `${stem}_`}${name}${count === 1 ? '' : String(count)}`;
  });
  const paths = pathsAfter(path, names, file.siblings ?? []);
  return texts.flatMap((text, at) => (tool.migration?.(paths[at] ?? '', text, at < texts.length - rest && !/^\s*(?:--[^\r\n]*\s*)*alter\s+table\b[^;]*\bvalidate\b/iu.test(text)) ?? []).map((added): BesideEdit => ({ offset: 0, length: 0, text: '', beside: added })));
}

/**
 * A later migration that belongs to a fix, in the form of the tool: what takes away, once the old release is gone.
 * Undefined where a new file would not be run, or cannot be written.
 * @param edits the fix's own: numbers of files that they make are taken
 */
export function laterMigration(context: Later, name: string, statements: readonly string[], { comment, together = false, edits = [] }: LaterOptions): readonly NewFile[] | undefined {
  const { path, text, file, tool, script } = context;
  if (script.embedded !== undefined || (tool.migration === undefined && tool.order !== undefined)) return undefined;
  const taken = edits.flatMap((edit) => ('beside' in edit ? [(edit as BesideEdit).beside.path] : []));
  const [own] = pathsAfter(path, [name], [...(file.siblings ?? []), ...taken]);
  // A tool that counts its files does not run one without a number.
  if (own === undefined || (tool.id !== 'plain' && !/\d/u.test(path))) return undefined;
  const eol = lineEndOf(text);
  const k = keyWordsLike(statements[0] ?? '');
  const write = (lines: readonly string[]): readonly NewFile[] => {
    const sql = [...(comment === undefined ? [] : [`-- ${comment}`]), ...lines.map((line) => `${line};`), ''].join(eol);
    return tool.migration?.(own, sql, false) ?? [{ path: own, text: sql }];
  };
  const files = write(statements);
  const [segment] = tool.read({ ...file, ...files[0] }).segments;
  const wrapped = segment !== undefined && (segment.send === 'segment' || (segment.wrapper !== 'none' && segment.wrapper !== 'statement'));
  const added = together && !wrapped ? write([k('BEGIN'), ...statements, k('COMMIT')]) : files;
  return added.length === 0 ? undefined : added;
}

type Later = Pick<MendContext, 'path' | 'text' | 'file' | 'tool' | 'script'>;

interface LaterOptions {
  /** Without its dashes. */
  readonly comment?: string;
  /** Whether the statements must run in one transaction. */
  readonly together?: boolean;
  readonly edits?: readonly Edit[];
}

function withSemicolon({ text }: Placed, sql: string): string {
  return `${sql};${lineEndOf(text)}`;
}

/** The text of the statements of a segment behind one, with the comments between them. */
function restOf(context: Placed, index: number): string {
  const { text, statements } = context;
  const segment = statements[index]?.segment;
  const members = statements.flatMap((statement, at) => (statement.segment === segment && at > index ? [at] : []));
  const [first] = members;
  const last = members.at(-1);
  const [start, end] = [first === undefined ? undefined : statements[first]?.span, last === undefined ? undefined : statements[last]?.span];
  if (first === undefined || start === undefined || end === undefined) return '';
  const eol = lineEndOf(text);
  const comments = commentsAbove(context, first).map((comment) => comment + eol).join('');
  return `${comments}${text.slice(start.offset, end.offset + end.length)};${eol}`;
}
