import type { Action } from '../effects/effects';
import { bodyOfRoutine } from '../effects/postgres/bodies';
import { rowsInWords } from '../quantities';
import { batchRefusal } from '../rewrites/batches/batches';
import { userRoutineName } from '../schema/postgres/resolve';
import { strings } from '../schema/postgres/walk';
import { bodyOf, type RoutineBody } from '../sql/postgres/plpgsql';
import type { FindContext } from './rule';
import { endsInTime, isHarmless, rowsExpected, rowsOf } from './size';
import { called } from './words';

export type DataChange = Extract<Action, { kind: 'update' | 'delete' }>;

/** Rows that a statement may touch by key before it counts as a large part of a table. */
const MANY_ROWS = 10_000;

/** Whether an UPDATE or DELETE may touch so many rows that it wants to be run in batches. */
export function touchesMuch(context: FindContext, action: DataChange): boolean {
  if (action.isNew || isHarmless(context, action.relation, action.kind)) return false;
  const expected = expectedRows(context, action);
  if (expected !== undefined && endsInTime(expected, action.kind, context.options)) return false;
  if (action.byKey) return (action.keyRows ?? 0) > MANY_ROWS;
  return !isBatch(context, action);
}

/** Whether it is a part of a table, in a loop that commits, of a DO block or of a procedure that is called: what fixes make of it, and people by hand. */
function isBatch(context: FindContext, { nested, wholeTable, conditional, span }: DataChange): boolean {
  const { parsed } = context;
  if (!nested || wholeTable) return false;
  if (parsed.nodeKind === 'CallStmt') return conditional && stepsOfCalled(context).some((step) => step.kind === 'commit' && step.conditional);
  if (parsed.nodeKind !== 'DoStmt') return false;
  const steps = bodyOf(parsed)?.steps ?? [];
  const own = steps.findIndex(({ place }) => place !== undefined && place.offset <= span.offset && span.offset < place.offset + place.length);
  return steps[own]?.conditional === true && steps.slice(own + 1).some(({ kind, conditional }) => kind === 'commit' && conditional);
}

/** What the procedure of a CALL does, where it is known and there is but one of the name. */
function stepsOfCalled({ parsed: { node }, before }: FindContext): RoutineBody['steps'] {
  const name = 'CallStmt' in node ? strings(node.CallStmt.funccall?.funcname) : [];
  const [routine, ...more] = before.routines(userRoutineName(name, before));
  return routine === undefined || more.length > 0 ? [] : (bodyOfRoutine(routine)?.steps ?? []);
}

/** What is wrong with an UPDATE or DELETE of a large part of a table. */
export function dataChangeInWords(context: FindContext, action: DataChange): string {
  const verb = action.kind === 'update' ? 'UPDATE' : 'DELETE';
  const rows = action.relation === undefined ? undefined : rowsOf(context, action.relation);
  const table = rows === undefined ? called(action.relation) : `${called(action.relation)} (${rowsInWords(rows)})`;
  const expected = expectedRows(context, action);
  const reach = action.wholeTable ? `every row of ${table}` : expected === undefined ? `what may be a large part of ${table}` : share(expected, rows, action);
  const lock = action.work.lock ?? 'ROW EXCLUSIVE';
  return `${verb} changes ${reach} in one transaction: until it commits, other writers of the changed rows wait (${lock}), and dead rows and replica lag pile up. ${remedy(context, action)}`;
}

/** How many rows the server expects a change to concern, where it is a statement by itself. */
function expectedRows(context: FindContext, { nested }: DataChange): number | undefined {
  return nested ? undefined : rowsExpected(context);
}

/** `about 1.2 M of the 2.1 M rows of users` */
function share(expected: number, rows: number | undefined, { relation }: DataChange): string {
  return rows === undefined ? `about ${rowsInWords(expected)} of ${called(relation)}` : `about ${rowsInWords(expected).replace(/ rows?$/u, '')} of the ${rowsInWords(rows)} of ${called(relation)}`;
}

function remedy(context: FindContext, action: DataChange): string {
  const refusal = batchRefusal(context, action);
  return refusal === undefined ? 'Run it in batches that commit.' : `Run it in batches that commit. No fix here: ${refusal}.`;
}
