import type { WorkspaceEdit } from 'vscode-languageserver/node';
import { RULE_METAS } from '../core/rules';
import { pageOf } from '../core/rules/page';
import {
  ANALYZE_FILE,
  DOCUMENT_STATUS,
  FIX_ALL,
  OPEN_RULE_COMMAND,
  REFRESH_DATABASE,
  RULES,
  STATUS_CHANGED,
  type DocumentParams,
  type DocumentStatus,
  type RuleEntry,
} from '../protocol';
import { appliedInWords } from './applied';
import { databaseStatus } from './database-status';
import { analysedNow, workspaceEdit } from './edits';
import { guarded, whenReady, type Feature, type Server } from './feature';
import { allSafeEdits } from './safe-fixes';
import { serverName } from './words';

/** The requests of protocol.ts. */
export const requests: Feature = {
  capabilities: () => ({ executeCommandProvider: { commands: [OPEN_RULE_COMMAND] } }),

  listen(server) {
    const { connection, workspace } = server;
    connection.onRequest(DOCUMENT_STATUS, guarded(server, DOCUMENT_STATUS, UNKNOWN, ({ uri }: DocumentParams) => whenReady(server, uri, () => statusOf(uri, server))));
    connection.onRequest(
      ANALYZE_FILE,
      guarded(server, ANALYZE_FILE, UNKNOWN, ({ uri }: DocumentParams) =>
        whenReady(server, uri, () => {
          workspace.force(uri);
          return statusOf(uri, server);
        }),
      ),
    );
    connection.onRequest(FIX_ALL, guarded(server, FIX_ALL, null, ({ uri }: DocumentParams) => whenReady(server, uri, () => fixAll(uri, server))));
    connection.onRequest(
      REFRESH_DATABASE,
      guarded(server, REFRESH_DATABASE, null, async () => {
        await Promise.all(workspace.databases.all().map((live) => live.refresh()));
        return null;
      }),
    );
    connection.onRequest(RULES, (): RuleEntry[] => RULE_METAS.map(({ id, summary }) => ({ id, summary, url: pageOf(id) })));
    connection.onExecuteCommand(guarded(server, 'workspace/executeCommand', null, async ({ command, arguments: parameters }) => {
      const rule: unknown = parameters?.[0];
      if (command === OPEN_RULE_COMMAND && typeof rule === 'string') await connection.window.showDocument({ uri: pageOf(rule), external: true });
      return null;
    }));
  },

  changed({ connection }) {
    void connection.sendNotification(STATUS_CHANGED);
  },
};

const UNKNOWN: DocumentStatus = { state: 'unknown', forced: false, server: undefined, source: undefined, database: undefined, applied: undefined, findings: 0, problems: 0, warnings: [] };

function statusOf(uri: string, { workspace }: Server): DocumentStatus {
  const reading = workspace.read(uri);
  if (reading === undefined) return UNKNOWN;
  const { settings, state, target, data } = reading;
  const warnings = reading.appliedUnknown === undefined ? settings.warnings : [...settings.warnings, reading.appliedUnknown];
  const known = { ...UNKNOWN, state, server: serverName(target), source: target.source, database: data === undefined ? undefined : databaseStatus(data), applied: appliedInWords(reading), warnings };
  if (reading.state !== 'analysed') return known;
  const { findings, problems } = reading.analysis;
  return { ...known, forced: reading.forced, findings: findings.length, problems: problems.length };
}

function fixAll(uri: string, server: Server): WorkspaceEdit | null {
  const analysed = analysedNow(uri, server);
  const edits = analysed === undefined ? [] : allSafeEdits(analysed);
  return analysed === undefined || edits.length === 0 ? null : (workspaceEdit(analysed, edits, [], server) ?? null);
}
