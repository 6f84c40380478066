import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder for what the processes of one run build, and keep for the files that they run later. */
    readonly built: string;
  }
}

/** Removes that folder behind the run: the processes are ended before they could. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'lockscope-built-'));
  project.provide('built', folder);
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
