import { ageInWords } from '../core/quantities';
import { replicationInWords } from '../core/replication';
import type { DatabaseStatus } from '../protocol';
import type { DataSource } from '../workspace/document-state';

/** How what is known of a document's database came to be known. */
export function databaseStatus(data: DataSource): DatabaseStatus {
  const status = factsOf(data);
  const known = data.kind === 'snapshot' ? data.snapshot.known : data.database.live.state.data?.known;
  const replicas = known?.replication === undefined ? undefined : replicationInWords(known.replication);
  return { ...status, summary: [inWords(status), ...(replicas === undefined ? [] : [replicas])].join(' ') };
}

type Facts = Omit<DatabaseStatus, 'summary'>;

function factsOf(data: DataSource): Facts {
  if (data.kind === 'snapshot') {
    const { path, takenAt } = data.snapshot;
    return { kind: 'snapshot', name: path, state: 'current', readAt: takenAt, problem: undefined };
  }
  const { name, live } = data.database;
  const { data: known, problem } = live.state;
  const state = known === undefined ? (problem === undefined ? 'reading' : 'failed') : problem === undefined ? 'current' : 'stale';
  return { kind: 'connection', name, state, readAt: known?.readAt, problem };
}

function inWords({ kind, name, state, readAt, problem }: Facts): string {
  const age = readAt === undefined ? '' : ageInWords((Date.now() - readAt) / 1000);
  if (kind === 'snapshot') return `Sizes are those of the snapshot ${name}, taken ${age}.`;
  switch (state) {
    case 'reading':
      return `Sizes are not known yet: ${name} is being read.`;
    case 'failed':
      return `Sizes are not known: ${problem ?? name}.`;
    case 'current':
      return `Sizes are those of ${name}, read ${age}.`;
    case 'stale':
      return `Sizes are stale: those of ${name}, read ${age}. Since then ${problem ?? 'it could not be read'}.`;
  }
}
