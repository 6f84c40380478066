import type { Fix, MendContext } from '../rules/rule';
import type { Token } from '../sql/statement';
import type { Edit } from '../text';
import { closing, is, removeSubcommand, written } from './alter-table';
import { writtenConstraint, type AddConstraint, type WrittenConstraint } from './constraint';
import { replaceIn, replaceStatement } from './edits';
import { notNullProofs } from './not-null';
import { placeInWords, runAfter, runBefore, runInstead, safetyHere } from './surroundings';

/** A UNIQUE or PRIMARY KEY whose index is built concurrently first; its columns are proven NOT NULL first where that is not known. */
export function addUsingIndex(context: MendContext, action: AddConstraint): readonly Fix[] {
  const constraint = writtenConstraint(context, action);
  if (constraint === undefined) return [];
  const parts = keyOf(context.parsed.text, constraint.body);
  // The name is still taken when the index would be built.
  if (parts === undefined || dropsItsName(constraint)) return [];
  const { k, alter, name, head } = constraint;
  const index = [
    `${k('CREATE UNIQUE INDEX CONCURRENTLY')} ${name} ${k('ON')} ${alter.table} ${parts.columns}`,
    ...parts.options,
  ].join(' ');
  const preparation = [...notNullFirst(context, action, constraint), index];
  const body = [parts.kind, k('USING INDEX'), name, ...parts.attributes].join(' ');
  const title = `Build the index concurrently first${placeInWords(context)}`;
  const safety = safetyHere(context);

  const before = addsItsColumns(constraint, action) ? undefined : runBefore(context, preparation);
  if (before !== undefined) return [{ title, safety, edits: [...before, ...inPlace(context, constraint, body)] }];

  const statements = [...preparation, `${head} ${k('ADD CONSTRAINT')} ${name} ${body}`];
  const alone = alter.subcommands.length === 1;
  if (!alone) return splitOut(context, constraint, statements, title);
  const edits = runInstead(context, [replaceStatement(context, context.index, statements)], statements, [name]);
  return edits === undefined ? [] : [{ title, safety, edits }];
}

/** What `UNIQUE (…) …` or `PRIMARY KEY (…) …` consists of. */
interface KeyParts {
  /** As written: `UNIQUE`, `PRIMARY KEY`. */
  readonly kind: string;
  readonly columns: string;
  /** What goes to CREATE INDEX, in its order. */
  readonly options: readonly string[];
  /** What stays with the constraint: DEFERRABLE and its kin. */
  readonly attributes: readonly string[];
}

/** Takes a key constraint apart; undefined where it has no column list (USING INDEX) or something unknown. */
export function keyOf(text: string, body: readonly Token[]): KeyParts | undefined {
  let at = is(body[0], 'PRIMARY') ? 2 : 1;
  const kind = written(text, body[0], body[at - 1]);
  let nulls: string | undefined;
  if (is(body[at], 'NULLS')) {
    const end = is(body[at + 1], 'NOT') ? at + 2 : at + 1;
    nulls = written(text, body[at], body[end]);
    at = end + 1;
  }
  if (!is(body[at], '(')) return undefined;
  const close = closing(body, at);
  const columns = written(text, body[at], body[close]);
  // WITHOUT OVERLAPS needs a GiST index, which USING INDEX does not take.
  if (body.slice(at, close).some((token) => is(token, 'OVERLAPS'))) return undefined;
  at = close + 1;
  let include: string | undefined;
  let storage: string | undefined;
  let tablespace: string | undefined;
  if (is(body[at], 'INCLUDE')) [include, at] = option(text, body, at);
  if (is(body[at], 'WITH')) [storage, at] = option(text, body, at);
  if (is(body[at], 'USING') && is(body[at + 2], 'TABLESPACE')) {
    tablespace = written(text, body[at + 2], body[at + 3]);
    at += 4;
  }
  const rest = body.slice(at);
  const attributes = rest.length === 0 ? [] : [written(text, rest[0], rest.at(-1))];
  return { kind, columns, options: [include, nulls, storage, tablespace].filter((part) => part !== undefined), attributes };
}

function option(text: string, body: readonly Token[], at: number): [string, number] {
  const close = closing(body, at + 1);
  return [written(text, body[at], body[close]), close + 1];
}

function inPlace(context: MendContext, constraint: WrittenConstraint, body: string): Edit[] {
  const first = constraint.body[0];
  const last = constraint.body.at(-1);
  if (first === undefined || last === undefined) return [];
  const span = { offset: first.offset, length: last.offset + last.length - first.offset };
  const text = constraint.named ? body : `${constraint.k('CONSTRAINT')} ${constraint.name} ${body}`;
  return [replaceIn(context, context.index, span, text)];
}

/** One of several subcommands: it leaves the statement and comes after it. */
function splitOut(context: MendContext, { alter, subcommand }: WrittenConstraint, statements: readonly string[], title: string): readonly Fix[] {
  const removal = removeSubcommand(context, context.index, alter, subcommand);
  const after = runAfter(context, statements);
  return after === undefined ? [] : [{ title, safety: 'review', edits: [removal, ...after] }];
}

/** Proofs of NOT NULL for a primary key's columns that are not known to have it. */
function notNullFirst(context: MendContext, action: AddConstraint, { k, head }: WrittenConstraint): string[] {
  if (action.constraint !== 'primary key' || action.relation === undefined) return [];
  const { relation } = action;
  const table = context.before.relation(relation);
  const known = table !== undefined && 'constraints' in table ? table.columns : [];
  return action.columns
    .filter((column) => known.find((candidate) => candidate.name === column)?.notNull !== true)
    .flatMap((column) => {
      const proof = notNullProofs({ relation, column, schema: context.before, target: context.target, k })[0];
      return proof === undefined ? [] : [proof.first, ...proof.then].map((part) => `${head} ${part}`);
    });
}

/** Whether the same statement drops a constraint of the same name, to put this one in its place. */
function dropsItsName({ alter, name }: WrittenConstraint): boolean {
  return alter.subcommands.some(({ tokens }) => is(tokens[0], 'DROP') && is(tokens[1], 'CONSTRAINT') && tokens.slice(2).some((token) => token.text === name));
}

/** Whether the same statement adds a column of the key, so that nothing can be built before it. */
function addsItsColumns({ alter }: WrittenConstraint, action: AddConstraint): boolean {
  return alter.subcommands.some(({ tokens }) => {
    if (!is(tokens[0], 'ADD')) return false;
    return tokens.slice(1, 6).some((token) => action.columns.includes(token.text.replace(/^"(.*)"$/s, '$1'))) && !tokens.some((token) => is(token, 'UNIQUE') || is(token, 'PRIMARY'));
  });
}
