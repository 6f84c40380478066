import { Lexer, Lexeme } from '../sql/postgres/lexer';
import type { Span } from '../text';
import type { Segment } from './script';

/** A comment in a segment. */
export interface Comment {
  /** With its marks, `-- …` or a block. */
  readonly text: string;
  /** In the file. */
  readonly span: Span;
}

/** The word that makes a comment Lockscope's own. */
export const IGNORE = 'lockscope-ignore';

/** The comments of a segment that speak to Lockscope, in order. Costs one search where there is none. */
export function commentsOf(segment: Segment): readonly Comment[] {
  const { text, offset } = segment;
  if (!text.includes(IGNORE)) return [];
  const out: Comment[] = [];
  const lexer = new Lexer(text, 0, text.length, false);
  while (lexer.next()) {
    if (lexer.lexeme !== Lexeme.Comment) continue;
    const comment = text.slice(lexer.start, lexer.end);
    if (comment.includes(IGNORE)) out.push({ text: comment, span: { offset: offset + lexer.start, length: comment.length } });
  }
  return out;
}
