// A language server as an editor drives it, with a stopwatch: from an edit to its diagnostics.
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

/** How long diagnostics are waited for, in ms. */
const PATIENCE = 60_000;

export class LanguageServer {
  #child;
  #buffer = Buffer.alloc(0);
  #chunks = [];
  #received = 0;
  #wanted = 0;
  #answers = new Map();
  #published = new Map();
  #next = 1;
  #capabilities = {};
  #failure;

  /** Starts `command` in `folder`, which is the workspace. Rejects with a sentence where it does not run. */
  static async start({ command, args, folder, env = {} }) {
    const server = new LanguageServer();
    await server.#launch(command, args, folder, env);
    return server;
  }

  async #launch(command, args, folder, env) {
    this.#child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    let stderr = '';
    this.#child.stderr.on('data', (chunk) => (stderr = (stderr + chunk).slice(-2000)));
    this.#child.stdin.on('error', () => {});
    const fail = (reason) => {
      this.#failure ??= new Error(reason);
      for (const { reject } of this.#answers.values()) reject(this.#failure);
    };
    this.#child.on('error', (error) => fail(error.message));
    this.#child.on('exit', (code) => fail(`it ended with ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}`));
    this.#child.stdout.on('data', (chunk) => this.#receive(chunk));
    const uri = pathToFileURL(folder).href;
    const { capabilities } = await this.request('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'bench' }],
      capabilities: {
        workspace: { configuration: true, workspaceFolders: true },
        textDocument: { publishDiagnostics: { versionSupport: true }, diagnostic: {}, synchronization: {} },
        general: { positionEncodings: ['utf-16'] },
      },
    });
    this.#capabilities = capabilities;
    this.notify('initialized', {});
  }

  /** Whether diagnostics are asked for (pull), rather than sent unasked (push). */
  get pulls() {
    return this.#capabilities.diagnosticProvider !== undefined && this.#capabilities.diagnosticProvider !== null;
  }

  /** Opens a document; gives back its diagnostics and how long they took, in ms. */
  open(uri, text) {
    return this.#timed(uri, 1, () => this.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'sql', version: 1, text } }));
  }

  /** Makes a change of a document; gives back its diagnostics and how long they took, in ms. */
  change(uri, version, change, wholeText) {
    const sync = this.#capabilities.textDocumentSync;
    const incremental = (typeof sync === 'object' ? sync?.change : sync) === 2;
    const contentChanges = incremental ? [change] : [{ text: wholeText }];
    return this.#timed(uri, version, () => this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges }));
  }

  async #timed(uri, version, act) {
    const published = this.pulls ? undefined : this.#publishedFor(uri, version);
    const start = performance.now();
    act();
    const diagnostics = this.pulls ? (await this.request('textDocument/diagnostic', { textDocument: { uri } })).items : await published;
    return { duration: performance.now() - start, diagnostics };
  }

  #publishedFor(uri, version) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no diagnostics within ${PATIENCE / 1000} s`)), PATIENCE);
      this.#published.set(uri, (params) => {
        if (params.version !== undefined && params.version !== null && params.version < version) return;
        clearTimeout(timer);
        this.#published.delete(uri);
        resolve(params.diagnostics);
      });
    });
  }

  request(method, params) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      this.#answers.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  async stop() {
    this.#child.removeAllListeners('exit');
    await Promise.race([this.request('shutdown', null).catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1000))]);
    this.notify('exit');
    const { promise, resolve } = withResolvers();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    if (this.#child.exitCode !== null) resolve();
    this.#child.once('exit', resolve);
    await promise;
    clearTimeout(timer);
  }

  #send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(chunk) {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    // A long message comes in many chunks, which are put together once.
    if (this.#received < this.#wanted) return;
    this.#buffer = Buffer.concat(this.#chunks);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      const length = end < 0 ? 0 : Number(/content-length: *(\d+)/i.exec(this.#buffer.toString('latin1', 0, end))?.[1]);
      if (end < 0 || this.#buffer.length < end + 4 + length) {
        this.#chunks = [this.#buffer];
        this.#received = this.#buffer.length;
        this.#wanted = end < 0 ? 0 : end + 4 + length;
        return;
      }
      const message = JSON.parse(this.#buffer.toString('utf8', end + 4, end + 4 + length));
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#take(message);
    }
  }

  #take({ id, method, params, result, error }) {
    if (method === 'textDocument/publishDiagnostics') this.#published.get(params.uri)?.(params);
    else if (method === 'workspace/configuration') this.#send({ id, result: params.items.map(() => ({})) });
    else if (method !== undefined && id !== undefined) this.#send({ id, result: null });
    else if (method === undefined) {
      const answer = this.#answers.get(id);
      this.#answers.delete(id);
      if (error !== undefined) answer?.reject(new Error(error.message));
      else answer?.resolve(result);
    }
  }
}

function withResolvers() {
  let resolve;
  const promise = new Promise((r) => (resolve = r));
  return { promise, resolve };
}
