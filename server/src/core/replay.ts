import type { Problem, StatementAnalysis } from './analysis';
import type { EffectsMemo, EffectsSetting } from './effects/memo';
import type { Schema } from './schema/schema';
import type { Script, Segment } from './script/script';
import { statementsOf, type PostgresParseMemo } from './sql/postgres/parse';
import type { Statement } from './sql/statement';
import { firstMoment, inTransaction, step, type Moment } from './timeline';

/** What a script does, statement by statement. */
export interface Replay {
  readonly statements: readonly StatementAnalysis[];
  readonly problems: readonly Problem[];
  /** The schema after the up direction. */
  readonly after: Schema;
}

/** What replays remember: the parts of an AnalysisMemo that they need. */
export interface ReplayMemos {
  readonly parse: PostgresParseMemo;
  readonly effects: EffectsMemo;
  readonly replay: ReplayMemo;
}

/** Remembers how the last replay went, so that the next one of nearly the same script walks only where it differs. */
export class ReplayMemo {
  path: string | undefined;
  version: number | undefined;
  /** Of each segment: its statements, and the state before each and after the last. */
  segments: readonly WalkedSegment[] = [];
}

interface WalkedSegment {
  readonly statements: readonly StatementAnalysis[];
  readonly states: readonly State[];
}

/** Between two statements: the schema, the moment, what a ROLLBACK returns to, and the number of the last transaction. */
interface State {
  readonly schema: Schema;
  readonly moment: Moment;
  readonly start: Schema;
  readonly savepoints: readonly Schema[];
  readonly transaction: number;
}

/**
 * Runs a script in thought: each statement's effects come from the schema before it, its schema is that of the next
 * one, and transactions hold locks and undo what they roll back.
 */
export function replay(script: Script, schema: Schema, setting: EffectsSetting, memos: ReplayMemos): Replay {
  const statements: StatementAnalysis[] = [];
  const problems: Problem[] = [];
  const known = memos.replay.path === setting.path && memos.replay.version === setting.version ? memos.replay.segments : [];
  const walked: WalkedSegment[] = [];
  let up = schema;
  let transaction = 0;
  for (const [index, segment] of script.segments.entries()) {
    const parsed = statementsOf(segment.text, memos.parse, segment.opaque);
    const first: State = { schema: up, moment: firstMoment(segment), start: up, savepoints: [], transaction: transaction + 1 };
    const segmentWalk = walk(segment, parsed, first, setting, memos.effects, known[index]);
    walked.push(segmentWalk);
    for (const statement of segmentWalk.statements) {
      statements.push(statement);
      if (!statement.parsed.ok) problems.push(problemOf(statement.parsed, statement));
    }
    const last = segmentWalk.states.at(-1) ?? first;
    transaction = last.transaction;
    if (segment.direction === 'up') up = last.schema;
  }
  memos.replay.path = setting.path;
  memos.replay.version = setting.version;
  memos.replay.segments = walked;
  return { statements, problems, after: up };
}

function problemOf(parsed: Extract<StatementAnalysis['parsed'], { ok: false }>, { span }: StatementAnalysis): Problem {
  return { message: parsed.message, span: { offset: span.offset + parsed.span.offset, length: parsed.span.length } };
}

/**
 * Walks a segment's statements. Where the last walk of it came by with the same statements in the same state, what it
 * found is taken over: before an edit always, behind it as soon as both walks agree again.
 */
function walk(segment: Segment, parsed: readonly Statement[], first: State, setting: EffectsSetting, memo: EffectsMemo, known: WalkedSegment | undefined): WalkedSegment {
  const statements: StatementAnalysis[] = [];
  const states: State[] = [];
  let state = first;
  const shift = parsed.length - (known?.statements.length ?? 0);
  const tail = known === undefined ? parsed.length : commonTail(parsed, known.statements);
  for (const [index, statement] of parsed.entries()) {
    const knownIndex = index >= tail ? index - shift : index;
    const before = known?.states[knownIndex];
    if (before !== undefined && sameState(state, before)) {
      const same = known?.statements[knownIndex];
      if (same?.parsed === statement.parsed) {
        statements.push(moved(same, segment, statement, state.transaction - before.transaction));
        states.push(state);
        state = next(known?.states[knownIndex + 1], state.transaction - before.transaction) ?? state;
        continue;
      }
    }
    states.push(state);
    const { analysis, after } = executed(segment, statement, state, setting, memo);
    statements.push(analysis);
    state = after;
  }
  states.push(state);
  return { statements, states };
}

/** The index from which on both lists hold the same statements, counted from their ends. */
function commonTail(parsed: readonly Statement[], known: readonly StatementAnalysis[]): number {
  let index = parsed.length;
  let other = known.length;
  while (index > 0 && other > 0 && parsed[index - 1]?.parsed === known[other - 1]?.parsed) {
    index -= 1;
    other -= 1;
  }
  return index;
}

/** Whether two states lead to the same, but for the numbers of transactions. */
function sameState(a: State, b: State): boolean {
  if (a === b) return true;
  if (a.schema !== b.schema || a.moment !== b.moment || a.start !== b.start) return false;
  return a.savepoints.length === b.savepoints.length && a.savepoints.every((schema, index) => schema === b.savepoints[index]);
}

function next(state: State | undefined, later: number): State | undefined {
  return state === undefined || later === 0 ? state : { ...state, transaction: state.transaction + later };
}

/** A statement's analysis at its new place. */
function moved({ parsed, effects, moment, transaction, before }: StatementAnalysis, segment: Segment, { span }: Statement, later: number): StatementAnalysis {
  return { span: placed(span, segment), segment, parsed, effects, moment, transaction: transaction + later, before };
}

function placed({ offset, length }: Statement['span'], segment: Segment): StatementAnalysis['span'] {
  return { offset: segment.offset + offset, length };
}

function executed(segment: Segment, { parsed, span }: Statement, state: State, setting: EffectsSetting, memo: EffectsMemo): { readonly analysis: StatementAnalysis; readonly after: State } {
  const { moment, schema: before } = state;
  const place = placed(span, segment);
  if (!parsed.ok) return { analysis: { span: place, segment, parsed, effects: undefined, moment, transaction: state.transaction, before }, after: state };
  const { effects, after } = memo.outcome(parsed, before, setting);
  const transaction = inTransaction(moment) ? state.transaction : state.transaction + 1;
  const analysis: StatementAnalysis = { span: place, segment, parsed, effects, moment, transaction, before };
  return { analysis, after: advanced({ ...state, transaction }, step(moment, effects), after, effects.control?.kind) };
}

/** The state after a statement; a ROLLBACK undoes what the transaction, or the part since a savepoint, did to the schema. */
function advanced({ moment, schema: before, start, savepoints, transaction }: State, next: Moment, after: Schema, control: string | undefined): State {
  let schema = after;
  if (control === 'rollback' && inTransaction(moment)) schema = start;
  else if (control === 'rollback to' && next.savepoints.length > 0) schema = savepoints[next.savepoints.length - 1] ?? after;
  const ended = inTransaction(moment) && (!inTransaction(next) || next.ordinal === 0);
  return {
    schema,
    moment: next,
    start: !inTransaction(moment) || next.ordinal === 0 ? schema : start,
    savepoints: control === 'savepoint' ? [...savepoints.slice(0, moment.savepoints.length), before] : savepoints.slice(0, next.savepoints.length),
    transaction: ended ? transaction + 1 : transaction,
  };
}
