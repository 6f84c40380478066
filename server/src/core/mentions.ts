import type { Analysis, Finding, RelatedPlace } from './analysis';
import { keyOf, type CodeName } from './code-name';
import { withPlaces } from './finding';
import { lineIndex, type Position } from './text';

/** Where code names things, by {@link keyOf}; what is not listed was not searched for. */
export type Mentions = ReadonlyMap<string, readonly RelatedPlace[]>;

/** More places than this are not shown with one finding. */
export const MOST_PLACES = 10;

/** The names that an analysis' findings are about and that code may hold. */
export function namesIn({ findings }: Analysis): readonly CodeName[] {
  const names = new Map<string, CodeName>();
  for (const { about } of findings) if (about !== undefined) names.set(keyOf(about), about);
  return [...names.values()];
}

/** The analysis with the places in code that name what its findings are about. */
export function withMentions(analysis: Analysis, mentions: Mentions): Analysis {
  if (mentions.size === 0 || !analysis.findings.some(({ about }) => about !== undefined)) return analysis;
  const findings = analysis.findings.map((finding): Finding => {
    const places = finding.about === undefined ? undefined : mentions.get(keyOf(finding.about));
    if (places === undefined || places.length === 0) return finding;
    return withPlaces(finding, { related: [...finding.related, ...places] });
  });
  return { ...analysis, findings };
}

/**
 * The places where a text of code names something, as it is written in SQL or as mappers of objects write it: `full_name`,
 * `fullName`, `FullName`. A column counts only in a text that speaks of its table too, also in the singular: `id` and `name`
 * are everywhere. Words are compared whole; it is a search and no proof.
 */
export function mentionsIn(text: string, { table, column }: CodeName): readonly { readonly start: Position; readonly end: Position }[] {
  const ofTable = formsOf(table);
  const tableWords = [...ofTable, ...ofTable.flatMap(singular)];
  if (column !== undefined && !tableWords.some((word) => text.includes(word))) return [];
  const words = column === undefined ? tableWords.filter((word) => word.length > 2) : formsOf(column);
  if (words.length === 0 || !words.some((word) => text.includes(word))) return [];
  const lines = lineIndex(text);
  const found: { readonly start: Position; readonly end: Position }[] = [];
  const whole = new RegExp(`(?<![\\p{L}\\p{N}_$])(?:${words.map(escaped).join('|')})(?![\\p{L}\\p{N}_$])`, 'gu');
  for (const { index, 0: word } of text.matchAll(whole)) {
    found.push({ start: lines.positionAt(index), end: lines.positionAt(index + word.length) });
    if (found.length >= MOST_PLACES) break;
  }
  return found;
}

function formsOf(name: string): readonly string[] {
  const camel = name.replace(/(?<=[^_])_+(\p{L}|\p{N})/gu, (_, letter: string) => letter.toUpperCase());
  return [...new Set([name, camel, camel.charAt(0).toUpperCase() + camel.slice(1)])].filter((form) => form !== '');
}

function singular(plural: string): readonly string[] {
  if (plural.endsWith("ies")) return [plural.replace(/ies$/u, 'y')];
  return /[^s]s$/u.test(plural) ? [plural.slice(0, -1)] : [];
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
}
