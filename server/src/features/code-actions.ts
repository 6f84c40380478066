import { CodeActionKind, CodeActionTriggerKind, type CodeAction, type CodeActionContext, type CodeActionParams, type Command, type Diagnostic } from 'vscode-languageserver/node';
import type { Finding } from '../core/analysis';
import { splitIntoPhases } from '../core/split-phases';
import type { Edit, Span } from '../core/text';
import { CHECK_DATA_COMMAND, FIX_ALL_KIND, OPEN_RULE_COMMAND } from '../protocol';
import { checksFor } from './check-data';
import { findingsAt, rangeOf, spanOf } from './convert';
import { SOURCE } from './diagnostic-json';
import { analysedNow, snippetEdit, workspaceEdit, type Analysed } from './edits';
import { guarded, whenReady, type Feature, type Server } from './feature';
import { allSafeEdits, anythingSafe, fixesOf } from './safe-fixes';

/** Quick-fixes for findings, and a fix for everything that is safe to mend. */
export const codeActions: Feature = {
  capabilities: (client) => ({
    codeActionProvider: {
      codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite, FIX_ALL_KIND],
      resolveProvider: client.resolvesEdits,
    },
  }),

  listen(server) {
    const { connection } = server;
    connection.onCodeAction(guarded(server, 'textDocument/codeAction', [], (params, token) => whenReady(server, params.textDocument.uri, () => actionsFor(params, server), token)));
    connection.onCodeActionResolve((action) => guarded(server, 'codeAction/resolve', action, () => resolved(action, server))());
  },
};

/** The reason in an ignore comment: what stands there first is for the user to type over. */
const REASON = /(?<=-- lockscope-ignore\S* [^:]*: ).*/u;

/** What tells an action's edit later: small, since every action of every menu carries it. */
interface Unresolved {
  readonly uri: string;
  readonly version: number;
  /** Position among the analysis' findings, `all` for everything safe, or `phases` for the migration split into them. */
  readonly finding: number | 'all' | 'phases';
  /** Position among the finding's fixes, or `ignore`. */
  readonly fix: number | 'ignore';
}

function actionsFor({ textDocument: { uri }, range, context }: CodeActionParams, server: Server): (CodeAction | Command)[] {
  const analysed = analysedNow(uri, server);
  if (analysed === undefined || !server.client().codeActions) return [];
  const actions: CodeAction[] = [];
  if (wants(context, CodeActionKind.QuickFix)) {
    const { analysis } = analysed;
    for (const finding of findingsAt(analysis, spanOf(analysis.lines, range))) actions.push(...actionsOf(finding, analysed, context, server));
    actions.push(...dataAction(analysed, spanOf(analysis.lines, range), server));
  }
  if (wantsRefactoring(context)) actions.push(...phases(analysed, server));
  if (wantsFixAll(context)) actions.push(...fixAll(analysed, server));
  return actions;
}

function actionsOf(finding: Finding, analysed: Analysed, { diagnostics }: CodeActionContext, server: Server): CodeAction[] {
  const { analysis, uri, version } = analysed;
  const of = { kind: CodeActionKind.QuickFix, diagnostics: matching(finding, analysed, diagnostics) };
  const at = { uri, version, finding: analysis.findings.indexOf(finding) };
  const actions = fixesOf(finding).flatMap((fix, index): CodeAction[] => {
    if (fix.files !== undefined && fix.files.length > 0 && !server.client().createsFiles) return [];
    return [{ ...of, title: fix.title, ...(index === 0 && { isPreferred: true }), data: { ...at, fix: index } satisfies Unresolved }];
  });
  const ignored = finding.ignored();
  if (ignored !== undefined) actions.push({ ...of, title: ignored.title, data: { ...at, fix: 'ignore' } satisfies Unresolved });
  const finished = actions.flatMap((action) => orResolved(action, server));
  if (server.client().showsDocuments) {
    finished.push({ ...of, title: `Open the page of ${finding.rule}`, command: { title: 'Open the Rule’s Page', command: OPEN_RULE_COMMAND, arguments: [finding.rule] } });
  }
  return finished;
}

/** Offers to count the rows that would make the statement fail. */
function dataAction(analysed: Analysed, span: Span, server: Server): CodeAction[] {
  const { data, analysis, uri } = analysed;
  if (data?.kind !== 'connection' || !server.client().commands.includes(CHECK_DATA_COMMAND)) return [];
  const at = checksFor(analysed).find(({ statement }) => {
    const own = analysis.statements[statement]?.span;
    return own !== undefined && own.offset <= span.offset + span.length && span.offset <= own.offset + own.length;
  });
  if (at === undefined) return [];
  const title = `Check the data of ${data.database.name} against this`;
  return [{ title, kind: CodeActionKind.QuickFix, command: { title, command: CHECK_DATA_COMMAND, arguments: [uri, at.statement] } }];
}

function fixAll(analysed: Analysed, server: Server): CodeAction[] {
  const { uri, version } = analysed;
  if (!anythingSafe(analysed)) return [];
  return orResolved({ title: 'Fix all that is safe to fix (Lockscope)', kind: FIX_ALL_KIND, data: { uri, version, finding: 'all', fix: 0 } satisfies Unresolved }, server);
}

/** The migration split into files. It is worked out at once, since whether there is anything to split is the question. */
function phases(analysed: Analysed, server: Server): CodeAction[] {
  const { uri, version, input } = analysed;
  if (!server.client().createsFiles || input.applied !== undefined) return [];
  const split = splitIntoPhases(input);
  if (split === undefined) return [];
  return orResolved({ title: split.title, kind: CodeActionKind.RefactorRewrite, data: { uri, version, finding: 'phases', fix: 0 } satisfies Unresolved }, server);
}

/** Editors give back what they were given; others may send anything. */
function isUnresolved(data: unknown): data is Unresolved {
  return typeof data === 'object' && data !== null && 'uri' in data && typeof data.uri === 'string' && 'finding' in data && 'fix' in data;
}

/** Leaves the edit for later where the editor can ask for it; else works it out now, and drops what has none. */
function orResolved(action: CodeAction, server: Server): CodeAction[] {
  if (server.client().resolvesEdits) return [action];
  const finished = resolved(action, server);
  delete finished.data;
  return finished.edit === undefined ? [] : [finished];
}

function resolved(action: CodeAction, server: Server): CodeAction {
  const data: unknown = action.data;
  if (!isUnresolved(data)) return action;
  const { uri, version, finding: which, fix } = data;
  const analysed = analysedNow(uri, server);
  // The text moved on: an edit made for an old text must not be applied to a new one.
  if (analysed?.version !== version) return action;
  const { analysis } = analysed;
  if (which === 'phases') {
    const split = splitIntoPhases(analysed.input);
    return split === undefined ? action : withEdit(action, workspaceEdit(analysed, split.edits, split.files ?? [], server));
  }
  if (which === 'all') return withEdit(action, workspaceEdit(analysed, allSafeEdits(analysed), [], server));
  const finding = analysis.findings[which];
  if (finding === undefined) return action;
  if (fix === 'ignore') {
    const { edits = [] } = finding.ignored() ?? {};
    const [edit] = edits;
    if (edit !== undefined && server.client().snippetEdits) return withEdit(action, snippetEdit(analysed, fromLineStart(edit, analysis.text), REASON));
    return withEdit(action, workspaceEdit(analysed, edits, [], server));
  }
  const chosen = fixesOf(finding)[fix];
  return chosen === undefined ? action : withEdit(action, workspaceEdit(analysed, chosen.edits, chosen.files ?? [], server));
}

/** The same insertion from the start of its line: editors indent what follows a line end in a snippet once more. */
function fromLineStart(edit: Edit, text: string): Edit {
  const indent = /[ \t]*$/u.exec(text.slice(Math.max(0, edit.offset - 200), edit.offset))?.[0] ?? '';
  if (indent === '' || !edit.text.endsWith(indent)) return edit;
  return { offset: edit.offset - indent.length, length: 0, text: indent + edit.text.slice(0, -indent.length) };
}

function withEdit(action: CodeAction, edit: CodeAction['edit'] | undefined): CodeAction {
  return edit === undefined ? action : { ...action, edit };
}

/** The editor's own diagnostics that a finding stands for, so that the action shows up at them. */
function matching({ rule, span }: Finding, { analysis }: Analysed, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const { start } = rangeOf(analysis.lines, span);
  return diagnostics.filter(
    ({ source, code, range }) => source === SOURCE && code === rule && range.start.line === start.line && range.start.character === start.character,
  );
}

function wants({ only }: CodeActionContext, kind: string): boolean {
  return only === undefined || only.some((wanted) => wanted === '' || kind === wanted || kind.startsWith(`${wanted}.`));
}

/** When the user opens a menu of actions; not each time the cursor moves, which only asks whether to show a light bulb. */
function wantsRefactoring(context: CodeActionContext): boolean {
  if (context.only === undefined) return context.triggerKind === CodeActionTriggerKind.Invoked;
  return wants(context, CodeActionKind.RefactorRewrite);
}

/** On request only: it stands in no menu of the light bulb. */
function wantsFixAll({ only }: CodeActionContext): boolean {
  return only?.some((wanted) => FIX_ALL_KIND === wanted || FIX_ALL_KIND.startsWith(`${wanted}.`)) === true;
}
