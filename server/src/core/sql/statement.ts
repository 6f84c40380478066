import type { Node } from '@pgsql/types';
import type { Span } from '../text';

/**
 * What the parser made of one statement's text. The same text gives the same object as long as it is remembered, so
 * that identity can stand for "this statement did not change". Offsets in it count UTF-16 units from the start of the
 * statement's text.
 */
export type Parsed = ParsedStatement | BrokenStatement;

export interface ParsedStatement {
  readonly ok: true;
  readonly text: string;
  /** The server's parse tree: one wrapped node such as `{ AlterTableStmt: … }`. */
  readonly node: Node;
  /** The wrapper's name, e.g. `AlterTableStmt`: the statement's kind in the server's source. */
  readonly nodeKind: string;
  /** Converts a `location` of the tree (UTF-8 bytes from wherever the parser counted) to UTF-16 units from the statement's start. */
  offsetOf(location: number): number;
}

/** A statement that the server's grammar refuses. */
export interface BrokenStatement {
  readonly ok: false;
  readonly text: string;
  /** The server's words, e.g. `syntax error at or near "FOO"`. */
  readonly message: string;
  /** Where in the statement's text. */
  readonly span: Span;
}

/** A statement at its place. */
export interface Statement {
  readonly parsed: Parsed;
  /** Offset and length in the segment's text, without leading blanks and comments and without the closing semicolon. */
  readonly span: Span;
}

/** One token of the server's scanner, in UTF-16 units from the start of the scanned text. */
export interface Token extends Span {
  readonly kind: TokenKind;
  /** As written. */
  readonly text: string;
}

export type TokenKind = 'keyword' | 'identifier' | 'string' | 'number' | 'operator' | 'comment' | 'other';
