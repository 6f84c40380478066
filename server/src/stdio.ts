import { AbstractMessageWriter, StreamMessageReader, type Message, type MessageReader, type MessageWriter } from 'vscode-languageserver/node';
import { Prepared } from './features/prepared';

/** The two ends of standard input and output as an editor talks over them. Nothing else writes there from now on. */
export function standardStreams(): { readonly reader: MessageReader; readonly writer: MessageWriter } {
  const log = console.error.bind(console);
  Object.assign(console, { log, info: log, debug: log });
  return { reader: new StreamMessageReader(process.stdin), writer: new StreamWriter(process.stdout) };
}

/** Writes each message by one call, and takes prepared texts as they are. */
class StreamWriter extends AbstractMessageWriter implements MessageWriter {
  constructor(private readonly stream: NodeJS.WriteStream) {
    super();
    stream.on('error', (error: Error) => {
      this.fireError(error);
    });
    stream.on('close', () => {
      this.fireClose();
    });
  }

  write(message: Message): Promise<void> {
    const json = jsonOf(message);
    return new Promise((resolve, reject) => {
      this.stream.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`, 'utf8', (error) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
  }

  end(): void {
    this.stream.end();
  }
}

function jsonOf(message: Message): string {
  const { id, method, params, result } = message as { id?: number | string; method?: string; params?: unknown; result?: unknown };
  if (result instanceof Prepared) return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result.json}}`;
  if (params instanceof Prepared) return `{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${params.json}}`;
  return JSON.stringify(message);
}
