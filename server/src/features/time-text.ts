import { basisInWords, workInWords } from '../core/estimate/words';
import { durationInWords, isNotable } from '../core/quantities';
import { displayName } from '../core/schema/names';
import { waitInWords, type StatementTime } from './estimates';

/** How many pieces of work and relations are listed. */
const MOST = 6;

/** How long a statement runs and keeps others waiting, as Markdown. */
export function timeText(time: StatementTime): string {
  return [runs(time), ...waits(time)].join(' ') + work(time);
}

function runs({ estimate: { runs, perMillionRows, unknown, basis } }: StatementTime): string {
  if (runs !== undefined && !isNotable(runs)) return 'Takes **milliseconds** once its locks are granted.';
  if (runs !== undefined) return `Runs **${durationInWords(runs)}** once its locks are granted, going by ${basisInWords(basis)}.`;
  const why = unknown === undefined ? '' : `: ${plain(unknown)}`;
  if (perMillionRows === undefined) return `Nobody can say how long it runs${why}.`;
  return `How long it runs is not known${why}. It takes **${durationInWords(perMillionRows)} for each million rows**.`;
}

function waits({ blocked, migration }: StatementTime): string[] {
  return blocked.slice(0, MOST).flatMap((one) => {
    const wait = waitInWords(one, migration);
    if (wait === undefined || (one.time !== undefined && !isNotable(one.time))) return [];
    const who = one.blocks === 'writes' ? 'Writes' : 'Reads and writes';
    return [`${who} of ${plain(displayName(one.relation))} wait **${wait}**.`];
  });
}

function work({ estimate: { runs, work } }: StatementTime): string {
  if (runs === undefined || !isNotable(runs) || work.length === 0) return '';
  const rest = work.length - MOST;
  return `\n\n${work.slice(0, MOST).map((part) => `- ${plain(workInWords(part))}`).join('\n')}${rest > 0 ? `\n- and ${rest} more` : ''}`;
}

/** Names are not markup. */
function plain(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/[\\`*_[\]<>|~]/gu, '\\$&');
}
