import type { Sent } from './found';
import type { Piece } from './text';
import type { Value } from './value';

/** What is sent where an argument is a string, or an object that holds one (`{ sql }`, `{ query }`, `{ text }`). */
export function sentText(argument: Value | undefined): readonly Sent[] | undefined {
  if (argument?.kind === 'text') return [{ sql: argument }];
  if (argument?.kind !== 'dict') return undefined;
  const within = argument.entries.get('sql') ?? argument.entries.get('query') ?? argument.entries.get('text');
  return within?.kind === 'text' ? [{ sql: within }] : undefined;
}

/**
 * The same where values are given beside the text: the marks that they are put in for, `?`, `??` and `:name:` (Knex,
 * Sequelize, Laravel), become placeholders. Those that other tools know too, `:name` and `%s`, are read elsewhere.
 */
export function boundText(argument: Value | undefined, values: Value | undefined): readonly Sent[] | undefined {
  const sent = sentText(argument);
  if (sent === undefined || values === undefined) return sent;
  let count = 0;
  const number = (): number => (count += 1);
  return sent.map((one) => (typeof one.sql === 'string' ? one : { ...one, sql: { ...one.sql, pieces: one.sql.pieces.flatMap((piece) => marked(piece, number)) } }));
}

/** Quoted text, which is left alone, or a mark; one behind a backslash is none. */
const MARK = /'(?:[^']|'')*'|"[^"]*"|\\\?|(\?\??|(?<![:\w]):\w+:(?!:))/gu;

function marked(piece: Piece, number: () => number): readonly Piece[] {
  const { text, file, literal, opaque } = piece;
  if (opaque || text.length !== file.length) return [piece];
  const out: Piece[] = [];
  let at = 0;
  const plain = (to: number): void => {
    if (to > at) out.push({ text: text.slice(at, to), file: { offset: file.offset + at, length: to - at }, literal, opaque: false });
  };
  for (const { 0: { length }, 1: mark, index } of text.matchAll(MARK)) {
    if (mark === undefined) continue;
    plain(index);
    out.push({ text: `\${value${String(number())}}`, file: { offset: file.offset + index, length }, literal, opaque: true });
    at = index + length;
  }
  plain(text.length);
  return out;
}
