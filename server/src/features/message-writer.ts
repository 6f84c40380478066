import type { Writable } from 'node:stream';
import { AbstractMessageWriter, type Message, type MessageWriter } from 'vscode-languageserver/node';
import { Prepared } from './prepared';

/** Writes each message at once, and takes prepared texts as they are. */
export class PreparedMessageWriter extends AbstractMessageWriter implements MessageWriter {
  constructor(private readonly stream: Writable) {
    super();
    stream.on('error', (error: Error) => {
      this.fireError(error);
    });
    stream.on('close', () => {
      this.fireClose();
    });
  }

  write(message: Message): Promise<void> {
    const pieces = piecesOf(message);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return new Promise((resolve, reject) => {
      this.stream.cork();
      this.stream.write(`Content-Length: ${String(length)}\r\n\r\n`, 'latin1');
      for (const [index, piece] of pieces.entries()) {
        if (index < pieces.length - 1) this.stream.write(piece);
        else {
          this.stream.write(piece, (error) => {
            if (error === undefined || error === null) resolve();
            else reject(error);
          });
        }
      }
      this.stream.uncork();
    });
  }

  end(): void {
    this.stream.end();
  }
}

/** A message's JSON as UTF-8. */
function piecesOf(message: Message): readonly Buffer[] {
  const { id, method, params, result } = message as { id?: number | string; method?: string; params?: unknown; result?: unknown };
  if (result instanceof Prepared) return [Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`), ...result.pieces, END];
  if (params instanceof Prepared) return [Buffer.from(`{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":`), ...params.pieces, END];
  return [Buffer.from(JSON.stringify(message))];
}

const END = Buffer.from('}');
