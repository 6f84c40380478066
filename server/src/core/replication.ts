import type { Replica } from './blockers/activity';
import { bytesInWords, secondsInWords } from './quantities';

/** Who gets a database's changes, and whose it gets. What a role may not see is left out. */
export interface Replication {
  /** Whether the server itself follows another one. */
  readonly isStandby: boolean;
  /** What is connected to it for its log: standbys, and subscribers of its publications. */
  readonly replicas: readonly Replica[];
  /** What of it comes from elsewhere. */
  readonly subscriptions: readonly { readonly name: string; readonly tables: readonly string[] }[];
}

/** It in a sentence or more; undefined where there is nothing of the kind. */
export function replicationInWords({ isStandby, replicas, subscriptions }: Replication): string | undefined {
  const sentences = [
    isStandby ? 'It is a standby' : undefined,
    replicas.length === 0 ? undefined : `${count(replicas.length, 'replica')}${furthestBehind(replicas)}`,
    subscriptions.length === 0 ? undefined : `Written by ${count(subscriptions.length, 'subscription')}`,
  ].filter((sentence) => sentence !== undefined);
  return sentences.length === 0 ? undefined : `${sentences.join('. ')}.`;
}

function count(number: number, what: string): string {
  return `${String(number)} ${what}${number === 1 ? '' : 's'}`;
}

/** How far the last of them is behind; what caught up and is idle tells no lag. */
function furthestBehind(replicas: readonly Replica[]): string {
  const known = replicas.filter(({ behind }) => behind !== undefined);
  if (known.length === 0) return '; how far behind, this role may not see';
  const last = known.reduce((most, replica) => ((replica.behind ?? 0) > (most.behind ?? 0) ? replica : most));
  if (last.behind === 0) return ', none behind';
  return `, at most ${[...(last.lag === undefined ? [] : [secondsInWords(last.lag)]), bytesInWords(last.behind ?? 0)].join(', ')} behind`;
}
