import type { Problem, StatementAnalysis } from './analysis';
import type { EffectsMemo, EffectsSetting } from './effects/memo';
import { UNKNOWN_SCHEMA, type Schema, type Unseen } from './schema/schema';
import { SchemaVersion } from './schema/version';
import type { Direction, Script, Segment } from './script/script';
import { statementsOf, type PostgresParseMemo } from './sql/postgres/parse';
import { firstMoment, inTransaction, lastMoment, leftInSession, type Settings } from './timeline';
import type { BrokenStatement } from './sql/statement';
import type { Span } from './text';
import { afterUnseen } from './unseen';
import { brokenIn, endOf, walk, type Reached, type WalkedSegment } from './walk';

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

/**
 * Runs a script in thought: each statement's effects come from the schema before it, its schema is that of the next
 * one, and transactions hold locks and undo what they roll back.
 */
export function replay(script: Script, schema: Schema, setting: EffectsSetting, memos: ReplayMemos): Replay {
  const problems: Problem[] = [];
  const known = memos.replay.path === setting.path && memos.replay.version === setting.version ? memos.replay.segments : [];
  const walked: WalkedSegment[] = [];
  let up = memos.replay.versionOf(schema);
  for (const what of unseenIn(script)) up = afterUnseen(up, what);
  let transaction = 0;
  const units = new Map<string, Reached>();
  const sessions = new Map<Direction, Settings>();
  for (const [index, segment] of script.segments.entries()) {
    const parsed = statementsOf(segment.text, memos.parse, segment.opaque);
    const unit = segment.unit ?? segment.direction;
    const begin = beginOf(segment, parsed.length, units.get(unit), up, transaction, sessions.get(segment.direction));
    const segmentWalk = walk(segment, parsed, begin, setting, memos.effects, known[index]);
    walked.push(segmentWalk);
    for (const { parsed: broken, span } of brokenIn(segmentWalk)) if (!broken.ok) problems.push(problemOf(broken, span));
    const end = endOf(segmentWalk);
    units.set(unit, end);
    sessions.set(segment.direction, leftInSession(end.state.moment));
    transaction = Math.max(transaction, end.transaction);
    if (segment.direction === 'up') up = end.state.schema;
  }
  memos.replay.path = setting.path;
  memos.replay.version = setting.version;
  memos.replay.segments = walked;
  const [only] = walked;
  const statements = only !== undefined && walked.length === 1 ? only.statements : walked.flatMap((segment) => segment.statements);
  return { statements, problems, after: up.get() };
}

/** Before a segment's first statement: in the transaction that the segment of its unit before it left open, or in a new one. */
function beginOf(segment: Segment, statements: number, last: Reached | undefined, up: SchemaVersion, transaction: number, session: Settings | undefined): Reached {
  const moment = last === undefined ? firstMoment(segment, statements, undefined, session) : firstMoment(segment, statements, lastMoment(last.state.moment));
  const schema = last === undefined || segment.direction === 'up' ? up : last.state.schema;
  if (last === undefined || !inTransaction(last.state.moment) || last.state.moment.scope === 'query') return { state: { schema, moment, start: schema, savepoints: [] }, transaction: transaction + 1 };
  return { state: { ...last.state, schema, moment }, transaction: last.transaction };
}

function problemOf({ message, span }: BrokenStatement, { offset }: Span): Problem {
  return { message, span: { offset: offset + span.offset, length: span.length } };
}

/** What a script may run besides its statements as they stand there. */
function unseenIn({ segments, doubts = [], problems, embedded }: Script): readonly Unseen[] {
  const isTemplate = problems.length > 0 || doubts.length > 0 || segments.some(({ opaque, includes }) => opaque.length > 0 || includes === true);
  return [...(isTemplate ? (['sql'] as const) : []), ...(embedded === undefined ? [] : (['code'] as const))];
}
