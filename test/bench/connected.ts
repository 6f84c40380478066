import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import engineOptions from '../../client/src/engine-options.json';
import type { DocumentStatus } from '../../server/src/protocol';
import { withServer, type Server } from '../postgres/servers';

/** What a check and a snapshot stay under, in MB. */
const PROMISED = 150;
/** Partitions of one table, and tables that one transaction makes. */
const PARTITIONS = 100;
const AT_A_TIME = 500;

/** A table, and one with partitions, as they are made here: two of the many. */
const MIGRATION = 'ALTER TABLE t1 ADD COLUMN x int NOT NULL DEFAULT 0;\nCREATE INDEX p1_at ON p1 (at);\n';

const { values } = parseArgs({ options: { program: { type: 'string' }, server: { type: 'string' }, tables: { type: 'string', default: '10000' }, partitions: { type: 'string', default: '50000' }, 'database-url': { type: 'string' } } });
const { program = '', server: languageServer = '' } = values;

if (values['database-url'] === undefined) {
  await withServer(18, async (server) => {
    console.log(`making ${values.tables} tables and ${values.partitions} partitions`);
    await fill(server, Number(values.tables), Number(values.partitions));
    await measure(server.url('many'));
  }, { shared_buffers: '128MB' });
} else {
  await measure(values['database-url']);
}

async function fill(server: Server, tables: number, partitions: number): Promise<void> {
  const admin = await server.connect();
  await admin.query('CREATE DATABASE many');
  await admin.end();
  const many = await server.connect('many');
  for (let start = 0; start < tables; start += AT_A_TIME) {
    await many.query(`DO $$ BEGIN FOR i IN ${String(start + 1)}..${String(Math.min(start + AT_A_TIME, tables))} LOOP
      EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, name text NOT NULL, at timestamptz DEFAULT now())', i); END LOOP; END $$`);
  }
  for (let table = 1; table <= partitions / PARTITIONS; table++) {
    await many.query(`CREATE TABLE p${String(table)} (id bigint, at date NOT NULL) PARTITION BY RANGE (id)`);
    await many.query(`DO $$ BEGIN FOR i IN 1..${String(PARTITIONS)} LOOP
      EXECUTE format('CREATE TABLE p${String(table)}_%s PARTITION OF p${String(table)} FOR VALUES FROM (%s) TO (%s)', i, i, i + 1); END LOOP; END $$`);
  }
  await many.query('VACUUM ANALYZE pg_catalog.pg_class, pg_catalog.pg_attribute, pg_catalog.pg_inherits, pg_catalog.pg_depend, pg_catalog.pg_index, pg_catalog.pg_constraint');
  await many.end();
}

async function measure(url: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lockscope-bench-'));
  try {
    const file = join(folder, 'migration.sql');
    writeFileSync(file, MIGRATION);
    console.log(`${''.padEnd(30)}${'seconds'.padStart(9)}${'MB'.padStart(9)}`);
    await run('check without a database', ['check', '--fail-on', 'never', file]);
    const peaks = {
      check: await run('check', ['check', '--fail-on', 'never', '--database-url', url, file]),
      snapshot: await run('snapshot', ['snapshot', '--database-url', url]),
    };
    await edit('server without a database', folder, undefined);
    await edit('language server', folder, url);
    for (const [what, peak] of Object.entries(peaks)) {
      if (peak < PROMISED) continue;
      console.error(`${what} took ${peak.toFixed(0)} MB, and is to stay under ${String(PROMISED)}`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the command line, prints what it took, and gives back its largest resident size in MB. Throws where it fails. */
async function run(title: string, args: readonly string[]): Promise<number> {
  const { child, ended } = begin([program, ...args], process.env);
  child.stdin.end();
  child.stdout.resume();
  return told(title, await ended);
}

/**
 * Opens the migration in the language server as VS Code starts it, waits until it is judged by the database if there is one,
 * and prints what that took and the largest resident size.
 */
async function edit(title: string, folder: string, url: string | undefined): Promise<void> {
  const { child, ended } = begin([...engineOptions, languageServer, '--stdio'], { ...process.env, ...(url === undefined ? {} : { LOCKSCOPE_DATABASE_URL: url }) });
  const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  connection.onRequest('workspace/configuration', ({ items }: { readonly items: readonly unknown[] }) => items.map(() => ({})));
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  const uri = pathToFileURL(join(folder, 'migration.sql')).href;
  const root = pathToFileURL(folder).href;
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: root, workspaceFolders: [{ uri: root, name: 'bench' }], capabilities: { workspace: { configuration: true } } });
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'sql', version: 1, text: MIGRATION } });
  while (url !== undefined) {
    const { database } = await connection.sendRequest<DocumentStatus>('lockscope/documentStatus', { uri });
    if (database?.state === 'current') break;
    if (database?.state === 'failed') throw new Error(database.summary);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await connection.sendRequest('textDocument/diagnostic', { textDocument: { uri }, identifier: 'lockscope' });
  await connection.sendRequest('textDocument/codeLens', { textDocument: { uri } });
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  told(title, await ended);
}

interface Ended {
  readonly seconds: number;
  /** The largest resident size, in MB. */
  readonly peak: number;
}

function told(title: string, { seconds, peak }: Ended): number {
  console.log(`${title.padEnd(30)}${seconds.toFixed(1).padStart(9)}${peak.toFixed(0).padStart(9)}`);
  return peak;
}

/** Starts the program, which says at its end how large it was. What it says otherwise is told where it fails. */
function begin(args: readonly string[], env: NodeJS.ProcessEnv): { readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<Ended> } {
  const tell = "process.once('exit', () => process.stderr.write(`\\npeak ${process.resourceUsage().maxRSS}\\n`))";
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, ...args], { stdio: 'pipe', env });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      const peak = Number(/\npeak (\d+)\n/u.exec(said)?.[1]) / 1024;
      if (status !== 0 || Number.isNaN(peak)) reject(new Error(`${args.join(' ')} failed:\n${said}`));
      else resolve({ seconds: (performance.now() - start) / 1000, peak });
    });
  });
  return { child, ended };
}
