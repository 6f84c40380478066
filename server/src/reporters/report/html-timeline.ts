import type { LockMode } from '../../core/effects/postgres/lock-modes';
import { escapeHtml as text } from './escape';
import type { BarView, ColumnView, LaneView, TimelineView } from './view';

/**
 * The timeline as a grid: a column a statement, a row a relation, a bar a lock. The columns' widths are in the style
 * (layoutOf). Bars and statement numbers are links to the statements; the same again as a table follows.
 */
export function timelineHtml(timeline: TimelineView, id: string): string {
  const { columns, lanes, bands, scale, notes } = timeline;
  if (columns.length === 0) return `<p class="nothing">There is nothing to draw: no statement locks what others use, and all end at once.</p>${notesHtml(notes)}`;
  return `${scale !== 'none' ? scaleChoice(id) : ''}
<div class="scroll" role="group" aria-label="Timeline: statements from left to right, a row for each relation. Arrow keys move between locks." aria-describedby="${id}-detail"><div class="grid">
${columns.map((column, at) => `<i class="column ${column.drawn}${at % 2 === 1 ? ' odd' : ''} f${String(at)} t${String(at)} all" aria-hidden="true"></i>`).join('')}
<span class="label corner first" aria-hidden="true">transaction</span>${bands.map(({ from, to, together, label }) => `<span class="band${together ? ' together' : ''} f${String(from)} t${String(to)} first">${text(label)}</span>`).join('')}
<span class="label corner second" aria-hidden="true">statement</span>${columns.map((column, at) => stepHtml(column, at, id)).join('')}
${lanes.map((lane, at) => laneHtml(lane, at, id)).join('\n')}
<span class="label corner axis last">${scale === 'none' ? '' : 'time'}</span>${columns.map((column, at) => `<span class="measure ${column.drawn} f${String(at)} t${String(at)} last" aria-hidden="true"><span>${text(column.time)}</span></span>`).join('')}
</div></div>
<p class="detail" id="${id}-detail"></p>
${legendHtml(timeline)}
${notesHtml(notes)}
${tableHtml(timeline, id)}`;
}

/** The class that gives a mode its colour and pattern. */
export function modeClass(mode: LockMode): string {
  return mode.toLowerCase().replaceAll(' ', '-');
}

function scaleChoice(id: string): string {
  return `<fieldset class="scale"><legend>Columns</legend><label><input type="radio" name="${id}-scale" checked> to scale</label><label><input type="radio" name="${id}-scale" class="even"> all alike</label></fieldset>`;
}

function stepHtml({ statement, number, label }: ColumnView, at: number, id: string): string {
  return `<a class="step f${String(at)} t${String(at)} second" data-row="0" href="#${id}-s${String(statement)}" data-statement="${String(statement)}" aria-label="${text(label)}" title="${text(label)}"><span>${String(number)}</span></a>`;
}

function laneHtml({ relation, reads, writes, times, bars }: LaneView, at: number, id: string): string {
  const who = [reads ? '<em class="stop">reads wait</em>' : '<em>reads go on</em>', writes ? '<em class="stop">writes wait</em>' : '<em>writes go on</em>'];
  return `<div class="lane" role="group" aria-label="${text(relation)}"><span class="label l${String(at)}"><b title="${text(relation)}">${text(relation)}</b><span class="who">${who.join('')}</span>${times.length === 0 ? '' : `<span class="how-long">${text(times.slice(0, 2).join(', then '))}${times.length > 2 ? ', …' : ''}</span>`}</span>${bars.map((bar) => barHtml(bar, at, id)).join('')}</div>`;
}

function barHtml({ mode, from, to, statement, label, waiting }: BarView, lane: number, id: string): string {
  return `<a class="bar ${modeClass(mode)} f${String(from)} t${String(to)} b${String(lane)}" data-row="${String(lane + 1)}" href="#${id}-s${String(statement)}" data-statement="${String(statement)}" aria-label="${text(label)}" title="${text(label)}"><span><b>${text(mode)}</b> ${text(waiting)}</span></a>`;
}

function legendHtml({ legend, columns, scale }: TimelineView): string {
  const items = legend.map(({ mode, waiting }) => `<li><i class="swatch ${modeClass(mode)}" aria-hidden="true"></i>${text(mode)}: ${text(waiting)}</li>`);
  for (const [how, words] of [['short', 'not to scale: too short'], ['unknown', 'not to scale: not known']] as const) {
    if (scale !== 'none' && columns.some(({ drawn }) => drawn === how)) items.push(`<li><i class="swatch column ${how}" aria-hidden="true"></i>${words}</li>`);
  }
  return items.length === 0 ? '' : `<ul class="legend" aria-label="Key">${items.join('')}</ul>`;
}

function notesHtml(notes: readonly string[]): string {
  return notes.length === 0 ? '' : `<p class="hint">${notes.map(text).join(' ')}</p>`;
}

/** The timeline for those who do not see it, or want to copy from it. */
function tableHtml({ lanes }: TimelineView, id: string): string {
  const rows = lanes.flatMap(({ relation, bars }) =>
    bars.map(({ mode, waiting, numbers: [from, to], lines, time, statement }) => {
      const link = (number: number, line: number, index: number): string => `<a href="#${id}-s${String(index)}" data-statement="${String(index)}">${String(number)}</a> (line ${String(line)})`;
      return `<tr><th scope="row">${text(relation)}</th><td>${text(mode)}</td><td>${text(waiting)}</td><td>${link(from, lines[0], statement)}</td><td>${String(to)} (line ${String(lines[1])})</td><td>${text(time)}</td></tr>`;
    }),
  );
  if (rows.length === 0) return '';
  return `<details class="table"><summary>The timeline as a table</summary><table><thead><tr><th scope="col">Relation</th><th scope="col">Lock</th><th scope="col">Who waits</th><th scope="col">From statement</th><th scope="col">To statement</th><th scope="col">How long</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></details>`;
}
