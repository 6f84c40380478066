import { createConnection, ProposedFeatures, type Connection } from 'vscode-languageserver/node';
import { takeChosen } from './databases/environment';
import { useGrammarFiles } from './grammar-files';
import { printProbe } from './probe';
import { startServer } from './server';
import { standardStreams } from './stdio';

/** The language server's process. The editor says on the command line how it talks: --stdio, --node-ipc, --socket=N; with --probe it only tries a connection. */
process.on('uncaughtException', report);
process.on('unhandledRejection', report);

if (process.argv.includes('--probe')) {
  void printProbe(process.env);
} else {
  useGrammarFiles();
  startServer(connect(), process.env.LOCKSCOPE_VERSION ?? 'unknown', takeChosen(process.env));
}

function connect(): Connection {
  if (!process.argv.includes('--stdio')) return createConnection(ProposedFeatures.all);
  const { reader, writer } = standardStreams();
  const connection = createConnection(ProposedFeatures.all, reader, writer);
  let isShutDown = false;
  connection.onShutdown(() => {
    isShutDown = true;
  });
  // An editor that is gone leaves nothing to do.
  process.stdin.on('close', () => process.exit(isShutDown ? 0 : 1));
  return connection;
}

/** What no handler caught goes to the editor's log by way of standard error; the server lives on. */
function report(reason: unknown): void {
  process.stderr.write(`${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}\n`);
}
