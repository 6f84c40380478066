import { spawn } from 'node:child_process';
import type * as vscode from 'vscode';
import type { ProbeResult } from '../../../server/src/protocol';

/** Longer than connecting and looking around may take on the server's side, in ms. */
const PATIENCE = 40_000;

/**
 * Tries a connection in a process of its own, which finds the URL in its environment and ends with the attempt.
 * @param program the server's bundle
 * @returns undefined where the user cancelled
 */
export function probe(program: string, url: string, token: vscode.CancellationToken): Promise<ProbeResult | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, '--probe'], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', LOCKSCOPE_DATABASES: '', LOCKSCOPE_DATABASE_URL: url },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: PATIENCE,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    token.onCancellationRequested(() => {
      child.kill();
      resolve(undefined);
    });
    child.on('error', () => {
      resolve(failed('The program that connects could not be started.'));
    });
    child.on('close', () => {
      resolve(resultFrom(output) ?? failed('The database does not answer.'));
    });
  });
}

function failed(problem: string): ProbeResult {
  return { ok: false, problem, wantsPassword: false };
}

function resultFrom(output: string): ProbeResult | undefined {
  try {
    return JSON.parse(output) as ProbeResult;
  } catch {
    return undefined;
  }
}
