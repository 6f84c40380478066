import { basisInWords, batchesInWords, ranInWords, workInWords } from '../core/estimate/words';
import { durationInWords, isNotable } from '../core/quantities';
import { displayName } from '../core/schema/names';
import { waitInWords, type StatementTime } from './estimates';

/** How many pieces of work and relations are listed. */
const MOST = 6;

/** How long a statement runs and keeps others waiting, as Markdown. */
export function timeText(time: StatementTime): string {
  return [runs(time), ...waits(time), ...seen(time)].join(' ') + work(time);
}

function runs({ estimate: { runs, perMillionRows, unknown, basis } }: StatementTime): string {
  if (runs !== undefined && !isNotable(runs)) return 'Takes **milliseconds** once its locks are granted.';
  if (runs !== undefined) return `Runs **${durationInWords(runs)}** once its locks are granted, going by ${basisInWords(basis)}.`;
  const why = unknown === undefined ? '' : `: ${plain(unknown)}`;
  if (perMillionRows === undefined) return `Nobody can say how long it runs${why}.`;
  return `How long it runs is not known${why}. It takes **${durationInWords(perMillionRows)} for each million rows**.`;
}

/** What is known beside the estimate: what it took when it ran. */
function seen({ estimate }: StatementTime): string[] {
  const ran = ranInWords(estimate);
  return ran === undefined ? [] : [`It ${plain(ran)}.`];
}

function waits({ blocked, migration }: StatementTime): string[] {
  return blocked.slice(0, MOST).flatMap((one) => {
    const wait = waitInWords(one, migration);
    if (wait === undefined || (one.time !== undefined && !isNotable(one.time))) return [];
    const who = one.blocks === 'writes' ? 'Writes' : 'Reads and writes';
    return [`${who} of ${plain(displayName(one.relation))} wait **${wait}**.`];
  });
}

function work({ estimate: { runs, work, batches } }: StatementTime): string {
  if (runs === undefined || !isNotable(runs) || work.length === 0) return '';
  const rest = work.length - MOST;
  const parts = [...(batches === undefined ? [] : [batchesInWords(batches)]), ...work.slice(0, MOST).map((part) => plain(workInWords(part)))];
  return `\n\n${parts.map((part) => `- ${part}`).join('\n')}${rest > 0 ? `\n- and ${rest} more` : ''}`;
}

/** Names are not markup. */
function plain(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/[\\`*_[\]<>|~]/gu, '\\$&');
}
