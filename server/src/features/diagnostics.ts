import { DocumentDiagnosticReportKind, type DocumentDiagnosticReport, type PublishDiagnosticsParams } from 'vscode-languageserver/node';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Reading } from '../workspace/document-state';
import { diagnosticsJson, fullReport, NO_DIAGNOSTICS, SOURCE, type DiagnosticsJson } from './diagnostic-json';
import { guarded, unlessCancelled, whenReady, type Feature, type Server } from './feature';
import { IdleCollection } from './idle-collection';
import { Prepared } from './prepared';
import { WarmUp } from './warm-up';

/** An analysis that takes longer than this, in ms, is not made for every keystroke: edits that come meanwhile are taken together. */
const SLOW = 50;
/** How many messages that wait already, edits and cancellations among them, are let past a question about a slow document. */
const LET_PAST = 12;

/** Findings as diagnostics: by pull where the editor asks for them, else pushed after each edit. */
export const diagnostics: Feature = {
  capabilities: (client) =>
    client.pullsDiagnostics ? { diagnosticProvider: { identifier: SOURCE, interFileDependencies: true, workspaceDiagnostics: false } } : {},

  listen(server) {
    const { connection, workspace } = server;
    const reports = new Reports(server);
    connection.languages.diagnostics.on(
      guarded(server, 'textDocument/diagnostic', EMPTY, ({ textDocument: { uri }, previousResultId }, token) => {
        if (workspace.costOf(uri) > SLOW) return unlessCancelled(waitingMessages(), () => reports.report(uri, previousResultId), token);
        return whenReady(server, uri, () => reports.report(uri, previousResultId), token);
      }),
    );
    const push = new Push(server, reports);
    workspace.documents.onDidChangeContent(({ document }) => {
      push.soon(document.uri);
    });
    workspace.documents.onDidClose(({ document }) => {
      reports.forget(document.uri);
      push.closed(document.uri);
    });
    pushes.set(server, push);
  },

  changed(server) {
    const { connection, client } = server;
    if (!client().pullsDiagnostics) pushes.get(server)?.all();
    else if (client().refreshesDiagnostics) void connection.languages.diagnostics.refresh().catch(() => undefined);
  },
};

const pushes = new WeakMap<Server, Push>();
const EMPTY: DocumentDiagnosticReport = { kind: DocumentDiagnosticReportKind.Full, items: [] };

/** Resolves when the messages that came before now were handled: one is, each turn. Costs next to nothing where there are none. */
async function waitingMessages(): Promise<void> {
  for (let turn = 0; turn < LET_PAST; turn++) await nextTurn();
}

const END = Buffer.from('}');

interface Report {
  readonly reading: Reading;
  readonly id: string;
  readonly items: DiagnosticsJson;
}

/** Answers to pulls, each with an id by which an unchanged one is recognised. */
class Reports {
  private readonly last = new Map<string, Report>();
  private readonly collection = new IdleCollection();
  private readonly warmUp: WarmUp;
  private count = 0;

  constructor(private readonly server: Server) {
    this.warmUp = new WarmUp(server);
  }

  report(uri: string, previous?: string): DocumentDiagnosticReport {
    const current = this.current(uri);
    if (current === undefined) return EMPTY;
    if (current.id === previous) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: current.id };
    return fullReport(current.id, current.items);
  }

  current(uri: string): Report | undefined {
    const reading = this.server.workspace.read(uri);
    if (reading === undefined) return undefined;
    this.collection.postpone();
    let known = this.last.get(uri);
    if (known?.reading !== reading) {
      this.count += 1;
      this.last.set(uri, (known = { reading, id: String(this.count), items: diagnosticsJson(reading, uri, this.server, known?.items ?? NO_DIAGNOSTICS) }));
    }
    this.warmUp.asked(reading, uri, known.items);
    return known;
  }

  forget(uri: string): void {
    this.last.delete(uri);
  }
}

/** For editors that do not ask. */
class Push {
  private readonly waiting = new Set<string>();

  constructor(
    private readonly server: Server,
    private readonly reports: Reports,
  ) {}

  soon(uri: string): void {
    if (this.server.client().pullsDiagnostics || this.waiting.has(uri) || this.server.workspace.isConfiguration(uri)) return;
    this.waiting.add(uri);
    const publish = guarded(this.server, 'publishing diagnostics', undefined, () => {
      this.waiting.delete(uri);
      return whenReady(this.server, uri, () => {
        this.publish(uri);
      });
    });
    const waited = this.server.workspace.costOf(uri) > SLOW ? waitingMessages() : nextTurn();
    void waited.then(publish);
  }

  all(): void {
    for (const { uri } of this.server.workspace.documents.all()) this.soon(uri);
  }

  closed(uri: string): void {
    if (this.server.client().pullsDiagnostics || this.server.workspace.isConfiguration(uri)) return;
    void this.server.connection.sendDiagnostics({ uri, diagnostics: [] });
  }

  private publish(uri: string): void {
    const { workspace, connection } = this.server;
    const document = workspace.documents.get(uri);
    const current = this.reports.current(uri);
    // It may have been closed while it was looked at.
    if (document === undefined || current === undefined) return;
    const prefix = Buffer.from(`{"uri":${JSON.stringify(uri)},"version":${document.version},"diagnostics":`);
    void connection.sendDiagnostics(new Prepared([prefix, ...current.items.pieces, END]) as unknown as PublishDiagnosticsParams);
  }
}
