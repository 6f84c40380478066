import type { Analysis } from '../core/analysis';
import { analyze } from '../core/analyze';
import { createMemo } from '../core/memo';
import type { KnownDatabase } from '../core/snapshot';
import { DatabaseError } from '../databases/database';
import { planInWords, rehearsalPlan } from '../databases/rehearsal/rehearse';
import type { RehearsalPlanResult, RehearseParams, RehearseResult } from '../protocol';
import type { NamedDatabase } from './databases';
import type { Workspace } from './workspace';

/** An open migration, the database that it is for, and how it is analysed for another one. */
interface Rehearsable {
  readonly database: NamedDatabase;
  readonly analyse: (known: KnownDatabase) => readonly Analysis[];
}

/** What rehearsing an open migration would copy. */
export function rehearsalPlanFor(uri: string, workspace: Workspace): RehearsalPlanResult | null {
  const found = rehearsable(uri, workspace);
  const known = found?.database.live.state.data?.known;
  if (found === undefined) return null;
  const { name, production } = found.database;
  return { database: name, production, copies: known === undefined ? [] : planInWords(rehearsalPlan(found.analyse(known), known)) };
}

/** Rehearses an open migration. */
export async function rehearseFor({ uri, stage: asked }: RehearseParams, workspace: Workspace, signal: AbortSignal, progress: (what: string, share: number) => void): Promise<RehearseResult> {
  const found = rehearsable(uri, workspace);
  const stage = workspace.databases.stages.get(asked);
  if (found === undefined) return { ok: false, problem: 'no database is connected for this document' };
  if (stage === undefined) return { ok: false, problem: 'that connection is not one to rehearse on' };
  const { name, live, production } = found.database;
  if (production) return { ok: false, problem: `${name} is marked as production: nothing is rehearsed with its rows` };
  try {
    const { statements, notes } = await live.rehearse(stage.url, { signal, progress, analyse: found.analyse });
    const failures = statements.flatMap(({ text, failure }) => (failure === undefined ? [] : [{ statement: text.replace(/\s+/gu, ' ').trim().slice(0, 80), message: failure }]));
    const timed = statements.filter(({ rehearsed }) => rehearsed !== undefined).length;
    const failed = failures.length === 0 ? '' : `, ${String(failures.length)} failed`;
    return { ok: true, summary: `rehearsed ${String(statements.length)} ${statements.length === 1 ? 'statement' : 'statements'} on ${stage.name}: the times of ${String(timed)} rest on it${failed}`, failures, notes };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { ok: false, problem: error.message };
  }
}

function rehearsable(uri: string, workspace: Workspace): Rehearsable | undefined {
  const reading = workspace.read(uri);
  if (reading?.state !== 'analysed' || reading.data?.kind !== 'connection') return undefined;
  const { input, data } = reading;
  return { database: data.database, analyse: ({ schema, statistics, target }) => [analyze({ ...input, schema, statistics, target }, createMemo())] };
}
