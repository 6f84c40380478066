import { DatabaseError } from './postgres/errors';
import { readDatabase } from './postgres/connection';
import { OWN_SCHEMA } from './postgres/names';

/** Whether a database can be connected to: what is there, or in plain words why not. */
export type Probed =
  | { readonly ok: true; readonly version: number; readonly tables: number }
  | { readonly ok: false; readonly problem: string; readonly wantsPassword: boolean };

/** How long a statement may take while somebody waits for the answer, in ms. */
const PATIENCE = 5000;

/** Connects once and looks around. Never throws. */
export async function probe(url: string): Promise<Probed> {
  try {
    return await readDatabase(url, async (reading) => {
      const [counted] = await reading.rows(`SELECT count(*)::int FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE ${OWN_SCHEMA} AND c.relkind IN ('r', 'p')`);
      return { ok: true, version: Math.floor(reading.versionNumber / 10000), tables: Number(counted?.[0]) };
    }, PATIENCE);
  } catch (error) {
    const problem = error instanceof DatabaseError ? error.message : 'the database could not be read';
    return { ok: false, problem, wantsPassword: /\bpassword\b/u.test(problem) && !problem.includes('connection URL') };
  }
}
