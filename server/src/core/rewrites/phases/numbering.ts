import { compareMigrations, historyOf } from '../../migration-path';

/**
 * Paths for migrations that come right after one, in its folder and by its way of counting: `001_`, `V1__`,
 * `20240101120000_`, folders with a `migration.sql`, with what stands behind the name (`.up.sql`).
 * @param names what each is about, for its file name
 * @param siblings the folder's other migrations: numbers that are taken are passed over
 */
export function pathsAfter(path: string, names: readonly string[], siblings: readonly string[] = []): readonly string[] {
  const parts = path.split('/');
  let file = parts.pop() ?? '';
  let tail = '';
  // Every migration is a folder of its own: the folder carries the number.
  if (/^(?:migration|up|down)\.[a-z]+$/iu.test(file) && parts.length > 0) {
    tail = `/${file}`;
    file = parts.pop() ?? '';
  }
  const folder = parts.map((part) => `${part}/`).join('');
  const extension = tail === '' ? (/(?:[._-](?:up|do|deploy))?\.[a-z]+$/iu.exec(file)?.[0] ?? '') : '';
  const stem = file.slice(0, file.length - extension.length);
  const counted = /^(?<lead>V?(?:\d+[._])*?)(?<number>\d+)(?<separator>__|\.do\.|[._-])(?!\d+(?:__|[._-]))(?<name>.*)$/iu.exec(stem);
  const made = (number: string | undefined, name: string): string =>
    counted?.groups === undefined || number === undefined
      ? `${folder}${stem}_${name}${extension}${tail}`
      : `${folder}${counted.groups.lead ?? ''}${number}${counted.groups.separator ?? '_'}${name}${extension}${tail}`;
  if (counted?.groups === undefined) return names.map((name, index) => made(undefined, `${String(index + 2)}_${name}`));
  const numbers = freeNumbers(counted.groups.number ?? '', names.length, path, siblings);
  return names.map((name, index) => made(numbers[index], name));
}

/** Numbers after one of the same width: in the gap before the next migration if there is room, else after the last. */
function freeNumbers(number: string, count: number, path: string, siblings: readonly string[]): string[] {
  const history = historyOf(path);
  const others = siblings.filter((other) => historyOf(other) === history);
  const later = others.filter((other) => compareMigrations(other, path) > 0).map(numberOf).filter((other) => other !== undefined);
  const taken = new Set(later.map((other) => BigInt(other)));
  const from = (start: string): string[] => {
    const found: string[] = [];
    for (let at = start; found.length < count; ) {
      at = following(at);
      found.push(at);
    }
    return found;
  };
  const next = from(number);
  const first = [...taken].sort((a, b) => (a < b ? -1 : 1))[0];
  if (first === undefined || BigInt(next.at(-1) ?? number) < first) return next;
  const last = later.reduce((most, other) => (BigInt(other) > BigInt(most) ? other : most), number);
  return from(last.padStart(number.length, '0'));
}

function numberOf(path: string): string | undefined {
  const parts = path.split('/');
  const file = /^(?:migration|up|down)\.[a-z]+$/iu.test(parts.at(-1) ?? '') ? parts.at(-2) : parts.at(-1);
  return /^V?(?:\d+[._])*?(\d+)(?:__|[._-])(?!\d+(?:__|[._-]))/iu.exec(file ?? '')?.[1];
}

/** The number after one; a date or a time is counted on as such, so that it stays one. */
function following(number: string): string {
  const time = /^((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?:([0-2]\d)([0-5]\d)([0-5]\d)?)?$/u.exec(number);
  if (time === null) return (BigInt(number) + 1n).toString().padStart(number.length, '0');
  const [year, month, day, hour, minute, second] = time.slice(1).map((part: string | undefined) => (part === undefined ? undefined : Number(part)));
  const step = second !== undefined ? 1000 : minute !== undefined ? 60_000 : 86_400_000;
  const date = new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0) + step);
  return date.toISOString().replace(/\D/gu, '').slice(0, number.length);
}
