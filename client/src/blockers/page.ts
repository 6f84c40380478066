import type { Blocker, BlockersAnswer, BlockersReport, Claim, WaitNode } from '../../../server/src/protocol';


/** The frame of the view, in the editor's colours; what is in it comes later and again and again. */
export function page(nonce: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Blockers</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body><main id="view"><p class="quiet">Reading the database …</p></main>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`;
}

/**
 * What the view shows of an answer.
 * @param firstRows rows of each relation when the view was opened, to compare
 */
export function content(file: string, answer: BlockersAnswer, firstRows: ReadonlyMap<string, number>): string {
  if (answer.state === 'unknown') return `<h1>${text(file)}</h1><p role="alert" class="note">${text(answer.reason)}</p>`;
  const { report, database, readAt } = answer;
  return [
    `<header><h1>${text(file)}</h1><p class="quiet">${text(database)}, read at ${new Date(readAt).toLocaleTimeString()} and every two seconds</p></header>`,
    verdict(report),
    section('Blockers', report.blockers.map(blocker).join('')),
    section('Waiting now', report.waits.length === 0 ? '' : `<ul class="tree">${report.waits.map(waitNode).join('')}</ul>`),
    section('Under way', report.progress.map(progress).join('')),
    section('What it locks', claims(report.claims, firstRows)),
    section('To be known', report.notes.length === 0 ? '' : `<ul>${report.notes.map((note) => `<li>${text(note)}</li>`).join('')}</ul>`),
    section('To be mended', report.leftovers.length === 0 ? '' : `<ul class="plain">${report.leftovers.map(({ kind, message, statement }) => `<li><span class="tag">${text(kind)}</span> ${text(message)}${copyable(statement)}</li>`).join('')}</ul>`),
  ].join('');
}

function verdict({ blockers, claims }: BlockersReport): string {
  if (claims.length === 0) return '<p role="status" class="verdict free"><strong>It locks nothing that is there now.</strong></p>';
  if (blockers.length === 0) return '<p role="status" class="verdict free"><strong>Nothing would block it now.</strong></p>';
  const count = `${String(blockers.length)} ${blockers.length === 1 ? 'session or transaction' : 'sessions and transactions'}`;
  return `<p role="status" class="verdict held"><strong>It would wait for ${count}.</strong> While it waits, all that comes after it waits behind it.</p>`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `<section><h2>${title}</h2>${body}</section>`;
}

function blocker({ id, pid, what, application, user, age, query, why, advice, statement }: Blocker): string {
  const facts = [pid === undefined ? '' : `pid ${String(pid)}`, user === undefined ? '' : `user ${user}`, age === undefined ? 'open for an unknown time' : `open for ${age}`].filter((fact) => fact !== '');
  return `<article class="card" id="${text(id)}"><h3><span class="tag">${text(what)}</span> ${text(application)} <span class="quiet">${text(facts.join(' · '))}</span></h3>
${query === undefined ? '<p class="quiet">Its query is not to be seen.</p>' : `<pre>${text(query)}</pre>`}
<ul>${why.map((reason) => `<li>${text(reason)}</li>`).join('')}</ul><p>${text(advice)}${copyable(statement)}</p></article>`;
}

function waitNode({ pid, application, what, query, waiting }: WaitNode): string {
  const label = `${text(application)}${pid === 0 ? '' : ` <span class="quiet">pid ${String(pid)}${what === '' ? '' : ` · ${text(what)}`}</span>`}`;
  return `<li>${label}${query === undefined ? '' : ` <code>${text(query)}</code>`}${waiting.length === 0 ? '' : `<ul>${waiting.map(waitNode).join('')}</ul>`}</li>`;
}

function progress({ title, pid, phase, percent }: BlockersReport['progress'][number]): string {
  const label = `${title}${phase === undefined ? '' : `: ${phase}`}`;
  const bar = percent === undefined ? '' : `<progress max="100" value="${String(percent)}" aria-label="${text(label)}"></progress> ${String(percent)} %`;
  return `<p>${text(label)} <span class="quiet">pid ${String(pid)}</span><br>${bar}</p>`;
}

const WORDS = { read: 'reads', write: 'writes', ddl: 'schema changes' } as const;

function claims(all: readonly Claim[], firstRows: ReadonlyMap<string, number>): string {
  if (all.length === 0) return '';
  const rows = all.map((claim) => {
    const { relation, mode, blocks, line, size, usedBy } = claim;
    const used = usedBy.map(({ application, sessions }) => `${application}${sessions === 1 ? '' : ` × ${String(sessions)}`}`).join(', ');
    return `<tr><th scope="row">${text(relation)}</th><td>${text(mode)}<br><span class="quiet">line ${String(line)}</span></td><td>${blocks.map((blocked) => WORDS[blocked]).join(', ')}</td><td>${text(used === '' ? 'nobody' : used)}</td><td>${text(size ?? 'unknown')}</td><td>${text(rowsNow(claim, firstRows))}</td></tr>`;
  });
  return `<table><thead><tr><th scope="col">Relation</th><th scope="col">Lock</th><th scope="col">Keeps waiting</th><th scope="col">In use by</th><th scope="col">Size</th><th scope="col">Rows counted</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function rowsNow({ relation, rows }: Claim, firstRows: ReadonlyMap<string, number>): string {
  if (rows === undefined) return 'unknown';
  const first = firstRows.get(relation) ?? rows;
  const now = rows.toLocaleString('en-US');
  return first === rows ? now : `${first.toLocaleString('en-US')} → ${now}`;
}

function copyable(statement: string | undefined): string {
  return statement === undefined ? '' : `<span class="statement"><code>${text(statement)}</code> <button type="button" data-copy="${text(statement)}" aria-label="Copy ${text(statement)}">Copy</button></span>`;
}

/** Somebody's query or name, as text. */
function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

const STYLE = `
  body { padding: 0 1.5rem 2rem; max-width: 70rem; color: var(--vscode-foreground); font-size: var(--vscode-font-size); line-height: 1.5; }
  h1 { font-size: 1.5em; font-weight: 600; margin: 1.2rem 0 0; }
  h2 { font-size: 1.1em; font-weight: 600; margin: 1.8rem 0 .6rem; }
  h3 { font-size: 1em; font-weight: 600; margin: 0; }
  header p { margin: .2rem 0 0; }
  .quiet { color: var(--vscode-descriptionForeground); font-weight: normal; }
  .verdict { padding: .7rem 1rem; border-radius: 4px; border-left: 4px solid var(--edge); background: var(--vscode-textBlockQuote-background); }
  .held { --edge: var(--vscode-charts-red, var(--vscode-errorForeground)); }
  .free { --edge: var(--vscode-charts-green, var(--vscode-foreground)); }
  .note { padding: .7rem 1rem; background: var(--vscode-textBlockQuote-background); }
  .card { border: 1px solid var(--vscode-widget-border, var(--vscode-panel-border, currentColor)); border-radius: 4px; padding: .8rem 1rem; margin: 0 0 .8rem; }
  .card ul { margin: .5rem 0; padding-left: 1.2rem; } .card p { margin: .3rem 0 0; }
  .tag { display: inline-block; padding: 0 .5em; border-radius: 1em; font-size: .9em; font-weight: normal; background: var(--vscode-badge-background); color: var(--vscode-badge-foreground); }
  pre { margin: .6rem 0; padding: .5rem .8rem; overflow-x: auto; white-space: pre-wrap; }
  pre, code { font-family: var(--vscode-editor-font-family); font-size: .95em; background: var(--vscode-textCodeBlock-background); color: var(--vscode-textPreformat-foreground, inherit); border-radius: 3px; }
  code { padding: .1em .3em; }
  .statement { display: inline-block; margin-left: .5em; }
  ul.plain { list-style: none; padding: 0; } ul.plain li { margin: .4rem 0; }
  ul.tree { list-style: none; padding: 0; } ul.tree ul { list-style: none; margin-left: .4rem; padding-left: 1rem; border-left: 1px solid var(--vscode-tree-indentGuidesStroke, currentColor); }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--vscode-widget-border, var(--vscode-panel-border, transparent)); font-weight: normal; }
  thead th { color: var(--vscode-descriptionForeground); } tbody th { font-weight: 600; }
  progress { width: 20rem; max-width: 60%; accent-color: var(--vscode-progressBar-background); }
  button { border: 1px solid var(--vscode-button-border, transparent); border-radius: 2px; padding: .1em .7em; cursor: pointer; font: inherit; font-size: .9em; background: var(--vscode-button-secondaryBackground); color: var(--vscode-button-secondaryForeground); }
  button:hover { background: var(--vscode-button-secondaryHoverBackground); }
  button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
`;

/** Shows what comes, keeps the focus where it was, and hands statements over to be copied. */
const SCRIPT = `
  const editor = acquireVsCodeApi();
  const view = document.getElementById('view');
  window.addEventListener('message', ({ data }) => {
    if (typeof data.content !== 'string' || data.content === view.shown) return;
    const focused = document.activeElement?.dataset?.copy;
    view.shown = data.content;
    view.innerHTML = data.content;
    if (focused !== undefined) [...view.querySelectorAll('button')].find((button) => button.dataset.copy === focused)?.focus();
  });
  view.addEventListener('click', ({ target }) => {
    if (target instanceof HTMLButtonElement) editor.postMessage({ copy: target.dataset.copy });
  });
`;
