import type { Opaque, Segment } from './script';

/**
 * A text that was made from a segment's statements, with the placeholders that the file has where the statements have
 * names that stand for them. Undefined where that is not sure: such a name became part of another word (that of a
 * generated index, say), or the file uses the same name itself.
 */
export function withWritten(text: string, { text: sql, opaque }: Pick<Segment, 'text' | 'opaque'>): string | undefined {
  if (opaque.length === 0) return text;
  let out = text;
  const words = wordsWith(sql, opaque);
  for (const [name, { written, uses }] of words) {
    if (!out.includes(name)) continue;
    if (sql.split(name).length - 1 !== uses) return undefined;
    const pieces = out.split(name);
    if (pieces.some((piece, at) => (at > 0 && WORD.test(piece.charAt(0))) || (at < pieces.length - 1 && WORD.test(piece.at(-1) ?? '')))) return undefined;
    out = pieces.join(written);
  }
  return out;
}

const WORD = /[\w$\u0080-\uffff]/;

interface Word {
  /** What the file has. */
  readonly written: string;
  /** How often the SQL has the word. */
  readonly uses: number;
}

/** The words that placeholders are in (`${schema}_users` is one), the longest first, so that none is taken for a part of another. */
function wordsWith(sql: string, opaque: readonly Opaque[]): readonly (readonly [word: string, of: Word])[] {
  const words = new Map<string, Word>();
  for (let at = 0; at < opaque.length; ) {
    const first = opaque[at];
    if (first === undefined) break;
    const start = first.offset - (/[\w$\u0080-\uffff]*$/.exec(sql.slice(Math.max(0, first.offset - LONGEST), first.offset))?.[0].length ?? 0);
    let end = start;
    let written = '';
    for (let part = opaque[at]; part !== undefined && part.offset <= (end === start ? part.offset : end); part = opaque[++at]) {
      written += sql.slice(end, part.offset) + (part.written ?? sql.slice(part.offset, part.offset + part.length));
      end = part.offset + part.length;
      const rest = /^[\w$\u0080-\uffff]*/.exec(sql.slice(end, end + LONGEST))?.[0] ?? '';
      const next = opaque[at + 1]?.offset ?? Infinity;
      const kept = rest.slice(0, Math.max(0, next - end));
      written += kept;
      end += kept.length;
    }
    const word = sql.slice(start, end).trimEnd();
    words.set(word, { written, uses: (words.get(word)?.uses ?? 0) + 1 });
  }
  return [...words].sort(([a], [b]) => b.length - a.length);
}

/** Names are at most 63 bytes long; this is far more. */
const LONGEST = 200;
