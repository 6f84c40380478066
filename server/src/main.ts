import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { startServer } from './server';

/** The language server's process. The editor says on the command line how it talks: --stdio, --node-ipc, --socket=N. */
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
});
process.on('unhandledRejection', (reason) => {
  process.stderr.write(`${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}\n`);
});

startServer(createConnection(ProposedFeatures.all), process.env['LOCKSCOPE_VERSION'] ?? 'unknown');
