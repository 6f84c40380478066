import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundles } from '../bundles';

/** What a run of the command line left behind. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Circumstances {
  readonly stdin?: string | Buffer;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The command line, built from the sources, and a folder for its projects. */
export class Lockscope {
  private constructor(
    readonly program: string,
    private readonly folder: string,
  ) {}

  static async build(): Promise<Lockscope> {
    return new Lockscope(join(await bundles(), 'cli.js'), mkdtempSync(join(tmpdir(), 'lockscope-cli-')));
  }

  /** Runs it to its end. Colour is off unless `env` says otherwise. */
  run(args: readonly string[], { stdin = '', cwd = this.folder, env = {} }: Circumstances = {}): Promise<Outcome> {
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env;
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [this.program, ...args], { cwd, env: { ...inherited, ...env } });
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.on('error', reject);
      child.on('close', (status) => {
        resolve({ status, stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8') });
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin);
    });
  }

  /** A project of the given files, by path; gives back its folder. */
  project(files: Readonly<Record<string, string | Buffer>>): string {
    const folder = mkdtempSync(join(this.folder, 'project-'));
    mkdirSync(join(folder, '.git'));
    for (const [path, content] of Object.entries(files)) {
      const full = join(folder, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
    }
    return folder;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
