import type { Sent } from './found';
import type { Value } from './value';

/** What is sent where an argument is a string, or an object that holds one (`{ sql }`, `{ query }`, `{ text }`). */
export function sentText(argument: Value | undefined): readonly Sent[] | undefined {
  if (argument?.kind === 'text') return [{ sql: argument }];
  if (argument?.kind !== 'dict') return undefined;
  const within = argument.entries.get('sql') ?? argument.entries.get('query') ?? argument.entries.get('text');
  return within?.kind === 'text' ? [{ sql: within }] : undefined;
}
