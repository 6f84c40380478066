import type { Problem, StatementAnalysis } from './analysis';
import type { AnalysisMemo } from './memo';
import type { Schema } from './schema/schema';
import type { Script } from './script/script';
import { statementsOf } from './sql/postgres/parse';
import { firstMoment, inTransaction, step, type Moment } from './timeline';

/** What a script does, statement by statement. */
export interface Replay {
  readonly statements: readonly StatementAnalysis[];
  readonly problems: readonly Problem[];
  /** The schema after the up direction. */
  readonly after: Schema;
}

/**
 * Runs a script in thought: each statement's effects come from the schema before it, its schema is that of the next
 * one, and transactions hold locks and undo what they roll back.
 */
export function replay(script: Script, schema: Schema, setting: { readonly path: string; readonly version: number }, memo: AnalysisMemo): Replay {
  const statements: StatementAnalysis[] = [];
  const problems: Problem[] = [];
  let up = schema;
  let transaction = 0;
  for (const segment of script.segments) {
    const walk = new Walk(up, firstMoment(segment));
    transaction += 1;
    for (const statement of statementsOf(segment.text, memo.parse, segment.opaque)) {
      const { parsed } = statement;
      const span = { offset: segment.offset + statement.span.offset, length: statement.span.length };
      const { moment, before } = walk;
      if (!parsed.ok) {
        problems.push({ message: parsed.message, span: { offset: span.offset + parsed.span.offset, length: parsed.span.length } });
        statements.push({ span, segment, parsed, effects: undefined, moment, transaction, before });
        continue;
      }
      const { effects, after } = memo.effects.outcome(parsed, before, setting);
      if (!inTransaction(moment)) transaction += 1;
      statements.push({ span, segment, parsed, effects, moment, transaction, before });
      walk.advance(step(moment, effects), after, effects.control?.kind);
      if (inTransaction(moment) && !inTransaction(walk.moment)) transaction += 1;
    }
    if (segment.direction === 'up') up = walk.before;
  }
  return { statements, problems, after: up };
}

/** The state of the walk: the moment and schema before the next statement, and what a ROLLBACK returns to. */
class Walk {
  private start: Schema;
  private savepoints: Schema[] = [];

  constructor(
    public before: Schema,
    public moment: Moment,
  ) {
    this.start = before;
  }

  advance(next: Moment, after: Schema, control: string | undefined): void {
    const { moment } = this;
    if (control === 'rollback' && inTransaction(moment)) this.before = this.start;
    else if (control === 'rollback to' && next.savepoints.length > 0) this.before = this.savepoints[next.savepoints.length - 1] ?? after;
    else this.before = after;
    if (control === 'savepoint') this.savepoints = [...this.savepoints.slice(0, moment.savepoints.length), after];
    if (!inTransaction(moment) || next.ordinal === 0) this.start = this.before;
    this.moment = next;
  }
}
