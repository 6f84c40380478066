import type { Analysis } from '../core/analysis';
import { checkKey, dataChecks } from '../core/data-checks';
import type { RelationName } from '../core/schema/names';
import type { Statistics } from '../core/schema/statistics';
import { DatabaseError } from '../databases/database';
import { countViolations } from '../databases/violations';
import { Failure } from './failure';
import { warn } from './output';

/**
 * Counts the rows that would make a migration's statements fail; what cannot be counted is told on standard error.
 * @param changed relations whose rows earlier migrations change
 * Throws a {@link Failure} where the database does not answer.
 */
export async function violationsIn(analysis: Analysis, changed: Set<RelationName>, url: string): Promise<Statistics['violationsOf']> {
  const checks = dataChecks(analysis, changed);
  if (checks.length === 0) return undefined;
  // Interrupted, nothing goes on behind our back on the server.
  const stop = new AbortController();
  const interrupt = (): void => {
    stop.abort();
  };
  process.once('SIGINT', interrupt);
  try {
    const found = await countViolations(url, checks.map(({ check }) => check), { signal: stop.signal });
    if (stop.signal.aborted) throw new Failure('interrupted while rows were counted');
    for (const { statement, check } of checks) {
      const counted = found.get(checkKey(check));
      const line = analysis.lines.positionAt(analysis.statements[statement]?.span.offset ?? 0).line + 1;
      if (counted !== undefined && 'problem' in counted) warn(`${analysis.path}:${String(line)}: not counted which ${check.unit}s ${check.what}: ${counted.problem}`);
    }
    return (key) => {
      const counted = found.get(key);
      return counted === undefined || 'problem' in counted ? undefined : counted;
    };
  } catch (error) {
    throw error instanceof DatabaseError ? new Failure(`database: ${error.message}`) : error;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
