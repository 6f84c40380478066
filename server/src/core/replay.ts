import type { Problem, Ran, StatementAnalysis } from './analysis';
import type { Effects } from './effects/effects';
import type { EffectsMemo, EffectsSetting } from './effects/memo';
import { alike } from './lists';
import { UNKNOWN_SCHEMA, type Schema, type Unseen } from './schema/schema';
import { SchemaVersion } from './schema/version';
import { Entries, type Room, type Transition } from './schema/view';
import type { Direction, Script, Segment } from './script/script';
import { statementsOf, type PostgresParseMemo } from './sql/postgres/parse';
import type { Parsed, Statement } from './sql/statement';
import type { Span } from './text';
import { firstMoment, inTransaction, lastMoment, leftInSession, step, type Moment, type Settings } from './timeline';

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
  segments: readonly WalkedSegment[] = [];
  private first = SchemaVersion.of(UNKNOWN_SCHEMA);

  /** The same version for the same schema, so that states can be compared. */
  versionOf(schema: Schema): SchemaVersion {
    if (this.first.get() !== schema) this.first = SchemaVersion.of(schema);
    return this.first;
  }
}

interface WalkedSegment {
  /** What was walked. */
  readonly parsed: readonly Statement[];
  readonly statements: readonly StatementAnalysis[];
  /** How each statement led on; undefined for one that does not parse. */
  readonly transitions: readonly (Transition | undefined)[];
  /** What each statement looks at and writes, in {@link FOOTPRINT} integers. */
  readonly footprints: Int32Array;
  /** The state before each statement and after the last. */
  readonly states: readonly State[];
}

/** Between two statements: the schema, the moment, what a ROLLBACK returns to, and the number of the last transaction. */
interface State {
  readonly schema: SchemaVersion;
  readonly moment: Moment;
  readonly start: SchemaVersion;
  readonly savepoints: readonly SchemaVersion[];
  readonly transaction: number;
}

class Walked implements StatementAnalysis {
  constructor(
    readonly span: Span,
    readonly segment: Segment,
    readonly transaction: number,
    readonly ran: Ran,
  ) {}

  get parsed(): Parsed {
    return this.ran.parsed;
  }
  get effects(): Effects | undefined {
    return this.ran.effects;
  }
  get moment(): Moment {
    return this.ran.moment;
  }
  get version(): SchemaVersion {
    return this.ran.version;
  }
  get before(): Schema {
    return this.ran.version.get();
  }
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
  let up = memos.replay.versionOf(schema);
  for (const what of unseenIn(script)) up = afterUnseen(up, what);
  let transaction = 0;
  const units = new Map<string, State>();
  const sessions = new Map<Direction, Settings>();
  for (const [index, segment] of script.segments.entries()) {
    const parsed = statementsOf(segment.text, memos.parse, segment.opaque);
    const unit = segment.unit ?? segment.direction;
    const first = firstState(segment, parsed.length, units.get(unit), up, transaction, sessions.get(segment.direction));
    const segmentWalk = walk(segment, parsed, first, setting, memos.effects, known[index]);
    walked.push(segmentWalk);
    for (const statement of segmentWalk.statements) {
      statements.push(statement);
      if (!statement.parsed.ok) problems.push(problemOf(statement.parsed, statement));
    }
    const last = segmentWalk.states.at(-1) ?? first;
    units.set(unit, last);
    sessions.set(segment.direction, leftInSession(last.moment));
    transaction = Math.max(transaction, last.transaction);
    if (segment.direction === 'up') up = last.schema;
  }
  memos.replay.path = setting.path;
  memos.replay.version = setting.version;
  memos.replay.segments = walked;
  return { statements, problems, after: up.get() };
}

/** The state before a segment's first statement: in the transaction that the segment of its unit before it left open, or in a new one. */
function firstState(segment: Segment, statements: number, last: State | undefined, up: SchemaVersion, transaction: number, session: Settings | undefined): State {
  const moment = last === undefined ? firstMoment(segment, statements, undefined, session) : firstMoment(segment, statements, lastMoment(last.moment));
  const schema = last === undefined || segment.direction === 'up' ? up : last.schema;
  if (last === undefined || !inTransaction(last.moment) || last.moment.scope === 'query') return { schema, moment, start: schema, savepoints: [], transaction: transaction + 1 };
  return { ...last, schema, moment };
}

function problemOf(parsed: Extract<StatementAnalysis['parsed'], { ok: false }>, { span }: StatementAnalysis): Problem {
  return { message: parsed.message, span: { offset: span.offset + parsed.span.offset, length: parsed.span.length } };
}

/**
 * Walks a segment's statements. Where the last walk came by with the same statement in the same state, what it found is
 * taken over: before an edit always, behind it as soon as both walks agree again. Where they differ in a few entries of
 * the schema only, statements that look at none of those are taken over too.
 */
function walk(segment: Segment, parsed: readonly Statement[], first: State, setting: EffectsSetting, memo: EffectsMemo, known: WalkedSegment = NOT_WALKED): WalkedSegment {
  const { head, tail } = alike(parsed, known.parsed, sameStatement);
  const shift = parsed.length - known.parsed.length;
  const [begin] = known.states;
  const same = head > 0 && begin?.transaction === first.transaction && sameState(first, begin) ? head : 0;
  const statements = known.statements.slice(0, same).map((old, index) => moved(old, segment, parsed[index]));
  const transitions = known.transitions.slice(0, same);
  const footprints = new Int32Array(parsed.length * FOOTPRINT);
  footprints.set(known.footprints.subarray(0, same * FOOTPRINT));
  const states = known.states.slice(0, same);
  let state = (same > 0 ? known.states[same] : undefined) ?? first;
  let drift: Entries | undefined;
  for (let index = same; index < parsed.length; index++) {
    const statement = parsed[index];
    if (statement === undefined) break;
    if (index === tail) drift = driftOf(state, transitions.slice(head), statements.slice(head), known, head, tail - shift);
    const as = index < head ? index : index - shift;
    const old = index < head || index >= tail ? stepAt(known, as) : undefined;
    if (index >= tail && old?.before.transaction === state.transaction && sameState(state, old.before)) {
      // From here on both walks are one.
      for (let rest = index; rest < parsed.length; rest++) {
        const other = known.statements[rest - shift];
        if (other !== undefined) statements.push(moved(other, segment, parsed[rest]));
      }
      footprints.set(known.footprints.subarray(as * FOOTPRINT), index * FOOTPRINT);
      return { parsed, statements, footprints, transitions: transitions.concat(known.transitions.slice(as)), states: states.concat(known.states.slice(as)) };
    }
    let step: Step;
    if (old === undefined) step = executed(segment, statement, state, setting, memo);
    else if (sameState(state, old.before)) {
      drift = undefined;
      step = taken(segment, statement, state, old);
    } else if (drift !== undefined && isFollowed(old, drift, known.footprints, as)) {
      if (writesSome(drift, known.footprints, as)) drift = old.transition?.without(drift) ?? drift;
      step = followed(segment, statement, state, old, drift);
    } else {
      step = executed(segment, statement, state, setting, memo);
      drift = drift === undefined || undoes(old) ? undefined : driftBetween(step.after.schema, old.after.schema, [step.transition, old.transition], drift);
    }
    statements.push(step.analysis);
    transitions.push(step.transition);
    if (old?.transition === step.transition && old !== undefined) copyFootprint(known.footprints, as, footprints, index);
    else setFootprint(footprints, index, step);
    states.push(state);
    state = step.after;
  }
  states.push(state);
  return { parsed, statements, transitions, footprints, states };
}

/** The same statement of another version of the segment. */
function moved(old: StatementAnalysis, segment: Segment, statement: Statement | undefined): StatementAnalysis {
  return new Walked(statement === undefined ? old.span : placed(statement.span, segment), segment, old.transaction, old.ran);
}

const NOT_WALKED: WalkedSegment = { parsed: [], statements: [], transitions: [], footprints: new Int32Array(), states: [] };

/** What came of a statement. */
interface Step {
  readonly analysis: StatementAnalysis;
  readonly transition: Transition | undefined;
  readonly after: State;
}

interface KnownStep extends Step {
  readonly before: State;
}

function stepAt({ statements, transitions, states }: WalkedSegment, index: number): KnownStep | undefined {
  const [analysis, before, after] = [statements[index], states[index], states[index + 1]];
  return analysis === undefined || before === undefined || after === undefined ? undefined : { analysis, transition: transitions[index], before, after };
}

function sameStatement(a: Statement, b: Statement): boolean {
  return a === b || a.parsed === b.parsed;
}

/** Whether two states lead to the same, but for the numbers of transactions. */
function sameState(a: State, b: State): boolean {
  if (a === b) return true;
  if (a.moment !== b.moment || !a.schema.equals(b.schema) || !a.start.equals(b.start)) return false;
  return a.savepoints.length === b.savepoints.length && a.savepoints.every((schema, index) => b.savepoints[index]?.equals(schema) === true);
}

/**
 * The entries in which the schema behind an edit differs from what it was, found by what the statements wrote that the
 * edit took out and brought in; undefined where it may differ in more.
 */
function driftOf(state: State, made: readonly (Transition | undefined)[], statements: readonly StatementAnalysis[], known: WalkedSegment, from: number, to: number): Entries | undefined {
  const old = known.states[to];
  const [transitions, analyses] = [known.transitions.slice(from, to), known.statements.slice(from, to)];
  if (old === undefined || [...statements, ...analyses].some(({ effects }) => effects?.control !== undefined)) return undefined;
  return driftBetween(state.schema, old.schema, [...made, ...transitions], undefined);
}

function driftBetween(now: SchemaVersion, old: SchemaVersion, transitions: readonly (Transition | undefined)[], before: Entries | undefined): Entries | undefined {
  if (transitions.some((transition) => transition?.movesSearchPath === true)) return undefined;
  const drift = new Entries();
  const compare = (room: Room, key: string): void => {
    const entry = now.entry(room, key);
    if (entry !== old.entry(room, key)) drift.set(room, key, entry);
  };
  before?.forEach(compare);
  // A statement that does not parse leaves this behind, and nothing else.
  compare('unseen', 'sql');
  for (const transition of transitions) transition?.forEachWrite(compare);
  return drift;
}

/** Whether a ROLLBACK brings back a schema of long before. */
function undoes({ analysis: { effects } }: Pick<Step, 'analysis'>): boolean {
  return effects?.control?.kind === 'rollback' || effects?.control?.kind === 'rollback to';
}

/** The bits of a statement's reads and writes, and whether they say all. An edit asks this for every statement behind it, so it lies in one place. */
const FOOTPRINT = 5;

function setFootprint(footprints: Int32Array, index: number, step: Step): void {
  const bits = step.transition?.footprint;
  if (bits !== undefined && !undoes(step)) footprints.set([...bits, 1], index * FOOTPRINT);
}

function copyFootprint(from: Int32Array, index: number, to: Int32Array, at: number): void {
  for (let part = 0; part < FOOTPRINT; part++) to[at * FOOTPRINT + part] = from[index * FOOTPRINT + part] ?? 0;
}

/** Whether the statement does the same on a schema that differs in some entries. */
function isFollowed(old: KnownStep, drift: Entries, footprints: Int32Array, index: number): boolean {
  const at = index * FOOTPRINT;
  const [low, high] = drift.bits;
  if (footprints[at + 4] === 1 && ((footprints[at] ?? 0) & low) === 0 && ((footprints[at + 1] ?? 0) & high) === 0) return true;
  return !undoes(old) && old.transition?.reads(drift) !== true;
}

function writesSome(drift: Entries, footprints: Int32Array, index: number): boolean {
  const at = index * FOOTPRINT;
  const [low, high] = drift.bits;
  return footprints[at + 4] !== 1 || ((footprints[at + 2] ?? 0) & low) !== 0 || ((footprints[at + 3] ?? 0) & high) !== 0;
}

/** The same statement in the same state: only its place may be another. */
function taken(segment: Segment, { span }: Statement, state: State, { analysis, transition, before, after }: KnownStep): Step {
  const later = state.transaction - before.transaction;
  return {
    analysis: new Walked(placed(span, segment), segment, analysis.transaction + later, analysis.ran),
    transition,
    after: later === 0 ? after : { ...after, transaction: after.transaction + later },
  };
}

/** The same statement on a schema that differs in nothing that it looks at. */
function followed(segment: Segment, { span }: Statement, state: State, { analysis, transition, before, after }: KnownStep, drift: Entries): Step {
  const { parsed, effects } = analysis;
  if (effects === undefined) return { analysis: broken(segment, parsed, span, state), transition, after: afterBroken(state) };
  const next = state.moment === before.moment ? after.moment : step(state.moment, effects);
  return { analysis: walked(segment, parsed, span, effects, state), transition, after: advanced(state, next, after.schema.with(drift), effects) };
}

function executed(segment: Segment, { parsed, span }: Statement, state: State, setting: EffectsSetting, memo: EffectsMemo): Step {
  if (!parsed.ok) return { analysis: broken(segment, parsed, span, state), transition: undefined, after: afterBroken(state) };
  const { effects, after, transition } = memo.outcome(parsed, state.schema.get(), setting);
  const schema = after === state.schema.get() ? state.schema : SchemaVersion.of(after);
  return { analysis: walked(segment, parsed, span, effects, state), transition, after: advanced(state, step(state.moment, effects), schema, effects) };
}

/** What a statement makes that is half typed is not known. */
function afterBroken(state: State): State {
  const schema = afterUnseen(state.schema, 'sql');
  return schema === state.schema ? state : { ...state, schema };
}

/** The same schema after something that may have made anything; where not everything is known to begin with it stays as it is. */
function afterUnseen(schema: SchemaVersion, what: Unseen): SchemaVersion {
  if (!schema.isComplete || schema.entry('unseen', what) === true) return schema;
  const known = afterwards[what];
  let after = known.get(schema);
  if (after === undefined) {
    const change = new Entries();
    change.set('unseen', what, true);
    known.set(schema, (after = schema.with(change)));
  }
  return after;
}

/** The same version for the same version, so that states can be compared. */
const afterwards: Readonly<Record<Unseen, WeakMap<SchemaVersion, SchemaVersion>>> = { sql: new WeakMap(), code: new WeakMap() };

/** What a script may run besides its statements as they stand there. */
function unseenIn({ segments, doubts = [], problems, embedded }: Script): readonly Unseen[] {
  const isTemplate = problems.length > 0 || doubts.length > 0 || segments.some(({ opaque, includes }) => opaque.length > 0 || includes === true);
  return [...(isTemplate ? (['sql'] as const) : []), ...(embedded === undefined ? [] : (['code'] as const))];
}

function broken(segment: Segment, parsed: Parsed, span: Span, { moment, transaction, schema }: State): StatementAnalysis {
  return new Walked(placed(span, segment), segment, transaction, { parsed, effects: undefined, moment, version: schema });
}

function walked(segment: Segment, parsed: Parsed, span: Span, effects: Effects, state: State): StatementAnalysis {
  return new Walked(placed(span, segment), segment, numberOf(state), { parsed, effects, moment: state.moment, version: state.schema });
}

/** The number of the transaction that the next statement runs in: outside of one it has its own. */
function numberOf({ moment, transaction }: State): number {
  return inTransaction(moment) ? transaction : transaction + 1;
}

function placed(span: Span, { offset }: Segment): Span {
  return offset === 0 ? span : { offset: offset + span.offset, length: span.length };
}

/** The state after a statement; a ROLLBACK undoes what the transaction, or the part since a savepoint, did to the schema. */
function advanced(state: State, next: Moment, after: SchemaVersion, { control }: Effects): State {
  const { moment, start, savepoints } = state;
  let schema = after;
  if (control?.kind === 'rollback' && inTransaction(moment)) schema = start;
  else if (control?.kind === 'rollback to' && next.savepoints.length > 0) schema = savepoints[next.savepoints.length - 1] ?? after;
  const ended = inTransaction(moment) && (!inTransaction(next) || next.ordinal === 0);
  return {
    schema,
    moment: next,
    start: !inTransaction(moment) || next.ordinal === 0 ? schema : start,
    savepoints: control?.kind === 'savepoint' ? [...savepoints.slice(0, moment.savepoints.length), after] : savepointsKept(savepoints, next),
    transaction: numberOf(state) + (ended ? 1 : 0),
  };
}

function savepointsKept(savepoints: readonly SchemaVersion[], { savepoints: { length } }: Moment): readonly SchemaVersion[] {
  return savepoints.length === length ? savepoints : savepoints.slice(0, length);
}
