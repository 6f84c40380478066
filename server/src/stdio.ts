import { StreamMessageReader, type MessageReader, type MessageWriter } from 'vscode-languageserver/node';
import { PreparedMessageWriter } from './features/message-writer';

/** The two ends of standard input and output as an editor talks over them. Nothing else writes there from now on. */
export function standardStreams(): { readonly reader: MessageReader; readonly writer: MessageWriter } {
  const log = console.error.bind(console);
  Object.assign(console, { log, info: log, debug: log });
  return { reader: new StreamMessageReader(process.stdin), writer: new PreparedMessageWriter(process.stdout) };
}
