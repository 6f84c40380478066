import type { Reading } from '../workspace/document-state';
import { databaseStatus } from './database-status';

/** That a document's migration has been applied, as the start of a sentence: `Applied to shop on 2024-05-01`; undefined where it is pending or nobody knows. */
export function appliedInWords({ applied, data }: Reading): string | undefined {
  if (applied === undefined) return undefined;
  const on = applied.on === undefined ? '' : ` on ${applied.on}`;
  const status = data === undefined ? undefined : databaseStatus(data);
  if (status === undefined) return `Applied${on}`;
  return status.kind === 'snapshot' ? `Applied${on} (by ${status.name})` : `Applied to ${status.name}${on}`;
}
