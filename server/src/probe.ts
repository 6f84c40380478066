import { probe } from './databases/probe';
import type { ProbeResult } from './protocol';

/**
 * Tries the connection URL that LOCKSCOPE_DATABASE_URL holds, and prints what came of it as one line of JSON
 * (`ProbeResult` of protocol.ts). A process of its own, so that whoever waits can end it.
 */
export async function printProbe(environment: NodeJS.ProcessEnv): Promise<void> {
  const url = environment.LOCKSCOPE_DATABASE_URL ?? '';
  delete environment.LOCKSCOPE_DATABASE_URL;
  const result: ProbeResult = await probe(url);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
