import type { MigrationFile } from './folder';
import { toolFor } from './script/tools';

/**
 * Everything in a text that may name something in a database, as the catalogue would have it: identifiers, and what stands
 * in quotes of any kind. Far more than the names that are there, and none less; a language need not be known.
 */
export function wordsOf(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [word] of text.matchAll(/[\p{L}_][\p{L}\p{N}_$]*/gu)) {
    words.add(word.slice(0, LONGEST));
    words.add(word.toLowerCase().slice(0, LONGEST));
  }
  // Names that need quotes: with spaces, dots, dashes in them.
  for (const { quoted, doubled, quote } of QUOTES) {
    for (const [, inner = ''] of text.matchAll(quoted)) {
      const name = inner.replaceAll(doubled, quote);
      if (name.length <= LONGEST) words.add(name);
    }
  }
  return words;
}

/** The same of a migration file: its text, and the SQL that its tool makes of it. */
export function wordsOfFile(file: MigrationFile): ReadonlySet<string> {
  const words = wordsOf(file.text);
  if (/\.sql$/iu.test(file.path)) return words;
  const made = toolFor(file).read(file).segments.map(({ text }) => text);
  return new Set([...words, ...wordsOf(made.join('\n'))]);
}

/** Each kind by itself: an apostrophe in a comment takes no name in double quotes away. */
const QUOTES = [
  { quoted: /"((?:[^"\n]|"")+)"/gu, doubled: '""', quote: '"' },
  { quoted: /'((?:[^'\n]|'')+)'/gu, doubled: "''", quote: "'" },
  { quoted: /`([^`\n]+)`/gu, doubled: '``', quote: '`' },
];

/** NAMEDATALEN − 1: longer names are cut (src/include/pg_config_manual.h). */
const LONGEST = 63;
