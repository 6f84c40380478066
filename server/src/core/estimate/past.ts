import { analyze } from '../analyze';
import type { Analysis } from '../analysis';
import { createMemo } from '../memo';
import type { RelationName } from '../schema/names';
import type { CostClass } from '../schema/speed';
import type { Statistics } from '../schema/statistics';
import type { Schema } from '../schema/schema';
import { SchemaVersion } from '../schema/version';
import type { Target } from '../target';
import type { Timing } from './calibration';
import { DEFAULT_CONSTANTS } from './constants';
import { priced, scan, sortCost } from './costs';
import { viewOf } from './look';
import { piecesOf } from './migration';
import { shapeOf } from './shapes';
import { Sizes } from './sizes';

/** A statement that ran, with its mean time in seconds and the rows that it changed. */
export interface RanStatement {
  readonly text: string;
  readonly calls: number;
  readonly seconds: number;
  readonly rows: number;
}

/** A part of a table that was read, or sorted by a column, to see how fast the server is. */
export interface SampleTaken {
  readonly kind: 'scan' | 'sort';
  readonly relation: RelationName;
  readonly column: string;
  /** Rows that were read. */
  readonly read: number;
  readonly seconds: number;
}

/** The database as it is now. */
export interface Known {
  readonly schema: Schema;
  readonly statistics: Statistics;
  readonly target: Target;
}

/**
 * What past statements teach. Only those count whose work can be told from the database as it is now: an ALTER TABLE that
 * has done its work has nothing left to do, and a change of rows must have been about as many as there are.
 */
export function timingsOfPast(statements: readonly RanStatement[], known: Known): readonly Timing[] {
  return statements.flatMap((statement) => {
    const analysis = analysed(statement.text, known);
    const timing = isWholeOrDdl(analysis, statement, known) ? timingOf(analysis, known.statistics, statement.seconds) : undefined;
    return timing === undefined ? [] : [timing];
  });
}

/** What samples of tables teach: reading about scans, sorting about index builds. */
export function timingsOfSamples(samples: readonly SampleTaken[], { schema, statistics, target }: Known): readonly Timing[] {
  const view = viewOf({ version: SchemaVersion.of(schema) });
  return samples.flatMap(({ kind, relation: name, column, read, seconds }): Timing[] => {
    const relation = view.relation(name);
    if (relation === undefined) return [];
    const whole = shapeOf(relation, view, Sizes.of(statistics));
    if (whole.assumed || whole.rows === 0) return [];
    const part = { ...whole, rows: read, bytes: (whole.bytes * read) / whole.rows };
    const reading = priced(scan(part, '', 1, { constants: DEFAULT_CONSTANTS, settings: statistics.settings, version: target.version }), DEFAULT_CONSTANTS).likely;
    if (kind === 'scan') return [{ cost: 'scan', estimated: reading, actual: seconds }];
    const keys = [{ ...whole.column(column), calls: 0, operatorClass: undefined }];
    return [{ cost: 'index', estimated: reading + sortCost(keys, read, DEFAULT_CONSTANTS) / 1e6, actual: seconds }];
  });
}

/** The timing of a migration's only statement; undefined where it has nothing to do, or nothing is known of it. */
export function timingOf(analysis: Analysis, statistics: Statistics, actual: number): Timing | undefined {
  const pieces = piecesOf(analysis, statistics, DEFAULT_CONSTANTS);
  if (pieces === undefined || pieces.some(({ assumed }) => assumed)) return undefined;
  let [total, largest] = [0, 0];
  let cost: CostClass | undefined;
  for (const piece of pieces) {
    const { likely } = priced(piece, DEFAULT_CONSTANTS);
    total += likely;
    if (likely > largest) [largest, cost] = [likely, piece.cost];
  }
  return cost === undefined || largest < total / 2 ? undefined : { cost, estimated: total, actual };
}

function analysed(text: string, { schema, statistics, target }: Known): Analysis {
  return analyze({ path: 'past.sql', text, target, schema, statistics, options: { lockBudget: 500, batchSize: 10_000 }, severities: {}, tool: 'plain' }, createMemo());
}

function isWholeOrDdl({ statements: [only] }: Analysis, { rows }: RanStatement, { statistics }: Known): boolean {
  const [action] = only?.effects?.actions ?? [];
  if (action === undefined) return false;
  if (action.kind !== 'update' && action.kind !== 'delete' && action.kind !== 'insert' && action.kind !== 'merge') return true;
  if (action.kind !== 'update' || !action.wholeTable || action.relation === undefined) return false;
  const now = statistics.sizeOf(action.relation)?.rows;
  return now !== undefined && rows > now / 2 && rows < now * 2;
}
