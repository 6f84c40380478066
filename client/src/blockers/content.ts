import type { Blocker, BlockersAnswer, BlockersReport, Claim, WaitNode } from '../../../server/src/protocol';

/** What the view shows of an answer, as HTML. All names and queries in it are text. */
export interface Shown {
  /** Of the file, the database and the time. */
  readonly head: string;
  /** In a sentence or two; a screen reader reads it out when it changes. */
  readonly verdict: string;
  readonly body: string;
}

/** @param firstRows rows of each relation when the view was opened, to compare */
export function shownOf(file: string, answer: BlockersAnswer, firstRows: ReadonlyMap<string, number>): Shown {
  if (answer.state === 'unknown') return { head: head(file, undefined), verdict: `<p class="verdict unknown">${text(answer.reason)}</p>`, body: '' };
  const { report, database, readAt } = answer;
  const { blockers, waits, progress, claims, notes, leftovers } = report;
  return {
    head: head(file, `${text(database)} <span class="time">${new Date(readAt).toLocaleTimeString()}</span>`),
    verdict: verdict(report),
    body: [
      section('In the way', blockers.map(blockerCard).join('')),
      section('Waiting now', list('tree', waits.map(waitNode))),
      section('Under way', progress.map(progressBar).join('')),
      section('What it locks', claimsTable(claims, firstRows)),
      section('To be known', list('notes', notes.map((note) => `<li>${text(note)}</li>`))),
      section('To be mended', list('plain', leftovers.map(({ kind, message, statement }) => `<li><span class="tag">${text(kind)}</span> ${text(message)}${copyable(statement)}</li>`))),
    ].join(''),
  };
}

function head(file: string, from: string | undefined): string {
  return `<h1>${text(file)}</h1>${from === undefined ? '' : `<p class="quiet"><span class="live" aria-hidden="true"></span>${from}</p>`}`;
}

function verdict({ blockers, claims }: BlockersReport): string {
  if (claims.length === 0) return '<p class="verdict free"><strong>It locks nothing that is there now.</strong></p>';
  if (blockers.length === 0) return '<p class="verdict free"><strong>Nothing would block it now.</strong></p>';
  const count = `${String(blockers.length)} ${blockers.length === 1 ? 'session or transaction' : 'sessions and transactions'}`;
  return `<p class="verdict held"><strong>It would wait for ${count}.</strong> While it waits, all that comes after it waits behind it.</p>`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `<section><h2>${title}</h2>${body}</section>`;
}

function list(kind: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul class="${kind}">${items.join('')}</ul>`;
}

/** What must be waited for, what needs a hand, and what passes: by the colour of the card's edge, and always in words, too. */
const EDGES: Readonly<Record<string, string>> = { active: 'passing', autovacuum: 'passing', 'waiting in line': 'passing', 'long transaction': 'long' };

/** Somebody who asked first and waits, too: the tree tells for whom, so that a line is enough here. */
const IN_LINE = 'waiting in line';

function blockerCard({ id, pid, what, application, user, age, query, why, advice, statement }: Blocker): string {
  const facts = [pid === undefined ? '' : `pid ${String(pid)}`, user === undefined ? '' : `user ${user}`].filter((fact) => fact !== '');
  return `<article class="card ${EDGES[what] ?? 'stuck'}" id="${text(id)}"><h3><span class="name">${text(application)}</span> <span class="tag">${text(what)}</span> <span class="quiet">${text(facts.join(' · '))}</span>
<span class="age">${age === undefined ? '<span class="quiet">open for an unknown time</span>' : `<span class="quiet">open for</span> ${text(age)}`}</span></h3>
${what === IN_LINE ? '' : details(query, why, `${text(advice)}${copyable(statement)}`)}</article>`;
}

function details(query: string | undefined, why: readonly string[], advice: string): string {
  return `${query === undefined ? '<p class="quiet">Its query is not to be seen.</p>' : `<pre tabindex="0" aria-label="Query">${text(query)}</pre>`}
${list('why', why.map((reason) => `<li>${text(reason)}</li>`))}<p>${advice}</p>`;
}

function waitNode({ pid, application, what, age, wants, query, isToldAbove, waiting }: WaitNode): string {
  const facts = [pid === 0 ? '' : `pid ${String(pid)}`, wants === undefined ? what : '', age === undefined ? '' : `for ${age}`, isToldAbove ? 'as above' : ''].filter((fact) => fact !== '');
  const lock = wants === undefined ? '' : ` <span class="tag">waits for ${text(wants)}</span>`;
  return `<li><div class="node"><span class="name">${text(application)}</span>${lock} <span class="quiet">${text(facts.join(' · '))}</span>${query === undefined || isToldAbove ? '' : `<code>${text(query)}</code>`}</div>${list('branch', waiting.map(waitNode))}</li>`;
}

function progressBar({ title, pid, phase, percent }: BlockersReport['progress'][number]): string {
  const label = `${title}${phase === undefined ? '' : `: ${phase}`}`;
  const value = percent === undefined ? '' : ` value="${String(percent)}"`;
  return `<div class="progress"><p><span class="name">${text(title)}</span> <span class="quiet">${text([phase ?? '', `pid ${String(pid)}`].filter((fact) => fact !== '').join(' · '))}</span><span class="age">${percent === undefined ? '' : `${String(percent)} %`}</span></p><progress max="100"${value} aria-label="${text(label)}"></progress></div>`;
}

const WORDS = { read: 'reads', write: 'writes', ddl: 'schema changes' } as const;

function claimsTable(all: readonly Claim[], firstRows: ReadonlyMap<string, number>): string {
  if (all.length === 0) return '';
  const rows = all.map((claim) => {
    const { relation, mode, blocks, line, size, usedBy } = claim;
    const used = usedBy.map(({ application, sessions }) => `${application}${sessions === 1 ? '' : ` × ${String(sessions)}`}`).join(', ');
    return `<tr><th scope="row">${text(relation)}<span class="quiet under">${text(size ?? 'size unknown')}</span></th><td>${text(mode)}<span class="quiet under">line ${String(line)}</span></td><td>${blocks.map((blocked) => WORDS[blocked]).join(', ')}</td><td>${text(used === '' ? 'nobody' : used)}</td><td class="number">${text(rowsNow(claim, firstRows))}</td></tr>`;
  });
  return `<div class="wide" role="region" aria-label="What it locks" tabindex="0"><table><thead><tr><th scope="col">Relation</th><th scope="col">Lock</th><th scope="col">Keeps waiting</th><th scope="col">In use by</th><th scope="col" class="number">Rows counted</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
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
