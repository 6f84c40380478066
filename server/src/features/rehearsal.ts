import { PassThrough, Writable } from 'node:stream';
import {
  createMessageConnection,
  DidChangeTextDocumentNotification,
  DocumentDiagnosticRequest,
  StreamMessageReader,
  type MessageConnection,
  type NotificationMessage,
  type RequestMessage,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Span } from '../core/text';
import { fullReport, type DiagnosticsJson } from './diagnostic-json';
import { PreparedMessageWriter } from './message-writer';

/** Spreads the places over the whole text, the part of the golden ratio behind the point. */
const SPREAD = 0.618_034;

/** What is typed; seldom part of a name, so that what people type is seldom what was rehearsed, and is no faster for having been. */
const LETTER = 'q';

/**
 * A connection of its own to a copy of a document, on which keystrokes come in as an editor would send them and answers
 * go out to nobody: what a keystroke runs through from its first byte to the last of its answer.
 */
export class Rehearsal {
  /** Where the editor would write. */
  private readonly editor: PreparedMessageWriter;
  private readonly connection: MessageConnection;
  private readonly document: TextDocument;
  private typedAt: number | undefined;
  private disposed = false;

  /**
   * @param statements where the text's statements are; there is at least one
   * @param diagnose gives the diagnostics of a text
   * @param answered is called after each keystroke, when its answer went out
   */
  constructor(
    uri: string,
    private readonly text: string,
    private readonly statements: readonly Span[],
    diagnose: (text: string) => DiagnosticsJson,
    answered: () => void,
  ) {
    this.document = TextDocument.create(uri, 'sql', 0, text);
    const nobody = new Writable({
      writev: (_chunks, done) => {
        done();
        if (!this.disposed) answered();
      },
    });
    const wire = new PassThrough();
    this.editor = new PreparedMessageWriter(wire);
    this.connection = createMessageConnection(new StreamMessageReader(wire), new PreparedMessageWriter(nobody));
    this.connection.onNotification(DidChangeTextDocumentNotification.type, ({ textDocument, contentChanges }) => {
      TextDocument.update(this.document, contentChanges, textDocument.version);
    });
    this.connection.onRequest(DocumentDiagnosticRequest.type, () => fullReport('0', diagnose(this.document.getText())));
    this.connection.listen();
  }

  /**
   * Has a letter typed, or the one taken back that the last keystroke typed.
   * @param n any number; different ones are keystrokes at different places
   */
  keystroke(n: number): void {
    const offset = this.typedAt ?? this.placeOf(n);
    const typed = this.typedAt === undefined;
    this.typedAt = typed ? offset : undefined;
    const { uri, version } = this.document;
    const range = { start: this.document.positionAt(offset), end: this.document.positionAt(typed ? offset : offset + 1) };
    const edit: NotificationMessage = {
      jsonrpc: '2.0',
      method: DidChangeTextDocumentNotification.method,
      params: { textDocument: { uri, version: version + 1 }, contentChanges: [{ range, text: typed ? LETTER : '' }] },
    };
    const question: RequestMessage = { jsonrpc: '2.0', id: n, method: DocumentDiagnosticRequest.method, params: { textDocument: { uri } } };
    void this.editor.write(edit);
    void this.editor.write(question);
  }

  dispose(): void {
    this.disposed = true;
    this.connection.dispose();
  }

  /** A place inside a word of the text. */
  private placeOf(n: number): number {
    const { offset, length } = this.statements[Math.floor(((n * SPREAD) % 1) * this.statements.length)] ?? { offset: 0, length: 0 };
    // Names rather than key words or numbers, as far as their look tells: what people type is mostly whole.
    const words = [...this.text.slice(offset, offset + length).matchAll(/[a-z_]{3,}/gu)];
    const word = words[Math.floor(((n * SPREAD * SPREAD) % 1) * words.length)];
    return offset + (word === undefined ? 0 : word.index + 1);
  }
}
