import { escapeHtml as text } from './escape';
import { rangeHtml, rangeScale, type RangeScale } from './html-range';
import { modeClass, timelineHtml } from './html-timeline';
import type { StatementView } from './statements';
import type { MigrationView, TotalView } from './view';

/** Where a migration stands in the page. */
export interface Place {
  /** What the ids of its elements start with. */
  readonly id: string;
  readonly heading: 1 | 2;
  /** Whether an editor shows it, which can reveal statements and save reports. */
  readonly inEditor: boolean;
}

/** One migration as a section of the page: totals, the timeline, and the statements one by one. */
export function migrationHtml(view: MigrationView, place: Place): string {
  const { id, heading, inEditor } = place;
  const [h, sub] = [`h${String(heading)}`, `h${String(heading + 1)}`];
  const scale = rangeScale(view.statements);
  return `<article id="${id}" aria-labelledby="${id}-title">
<header>
<div><${h} id="${id}-title">${text(view.name)}</${h}>${inEditor ? TOOLS : ''}</div>
<p class="facts">${view.facts.map((fact) => `<span>${text(fact)}</span>`).join('')}</p>
</header>
<dl class="totals">${view.totals.map(totalHtml).join('\n')}</dl>
${view.problems.map((problem) => `<p class="problem">${text(problem)}</p>`).join('\n')}
<section aria-labelledby="${id}-timeline">
<${sub} id="${id}-timeline">Timeline</${sub}>
${timelineHtml(view.timeline, id)}
</section>
<section aria-labelledby="${id}-statements">
<${sub} id="${id}-statements">Statements</${sub}>
<ol class="statements">
${view.statements.map((statement) => statementHtml(statement, scale, id)).join('\n')}
</ol>
</section>
</article>`;
}

const TOOLS =
  '<span class="tools" role="toolbar" aria-label="Report"><button type="button" data-command="html">Save as HTML</button><button type="button" data-command="markdown">Copy as Markdown</button></span>';

function totalHtml({ what, label, headline, range, detail, tone }: TotalView): string {
  return `<div class="total ${what} ${tone}"><dt>${text(label)}</dt><dd><strong>${text(headline)}</strong>${range === undefined ? '' : ` <span class="range-words">${text(range)}</span>`}${detail === undefined ? '' : `<small>${text(detail)}</small>`}</dd></div>`;
}

function statementHtml(statement: StatementView, scale: RangeScale, id: string): string {
  const { index, number, line, kind, sql, locks, moreLocks, time, duration, basis, work, waits, findings } = statement;
  const chips = locks.map(({ mode, relation, waits: who }) => `<li><span class="chip ${who === 'nobody' ? 'new' : modeClass(mode)}">${text(mode)}</span> on <b>${text(relation)}</b>: ${text(who === 'nobody' ? 'new, nobody waits' : `${who} wait`)}</li>`);
  if (moreLocks > 0) chips.push(`<li>and ${String(moreLocks)} more</li>`);
  const notes = [
    ...waits.map((wait) => `<li class="wait"><span class="sign" aria-hidden="true"><svg viewBox="0 0 12 12"><path d="M2 0h8v2L7.2 6 10 10v2H2v-2L4.8 6 2 2z"/></svg></span>${text(wait)}</li>`),
    ...findings.map(({ rule, severity, message, page }) => `<li class="finding ${severity}"><span class="sign" aria-hidden="true">${SIGNS[severity]}</span><a href="${text(page)}">${text(rule)}</a> ${text(message)}</li>`),
  ];
  const link = `<a class="number" href="#${id}-s${String(index)}" data-statement="${String(index)}" aria-label="Statement ${String(number)}, line ${String(line)}: show it">${String(number)}</a>`;
  if (chips.length + work.length + notes.length === 0 && duration === undefined && basis === undefined) {
    return `<li id="${id}-s${String(index)}" class="statement quiet"><div class="head">${link}<code>${text(sql)}</code><span class="line">line ${String(line)}</span><span class="time">${text(time)}</span></div></li>`;
  }
  return `<li id="${id}-s${String(index)}" class="statement">
<div class="head">${link}
<b class="kind">${text(kind)}</b> <span class="line">line ${String(line)}</span>
<span class="time">${text(time)}</span>${duration === undefined ? '' : rangeHtml(duration, scale)}</div>
<pre tabindex="0" aria-label="SQL of statement ${String(number)}"><code>${text(sql)}</code></pre>
${list('locks', chips)}${list('work', [...work.map((part) => `<li>${text(part)}</li>`), ...(basis === undefined ? [] : [`<li class="basis">by ${text(basis)}</li>`])])}${list('notes', notes)}
</li>`;
}

const SIGNS = { error: '✖', warning: '▲', info: '●', hint: '○' } as const;

function list(name: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul class="${name}">${items.join('')}</ul>`;
}
