import { Lexer, Lexeme } from './lexer';

/**
 * How deep an expression or query may be nested. The server's own limit depends on its stack; here it is what every
 * walk over the tree survives in the smallest stack that Node gives (some 1 MB), and far from anything people write.
 */
export const DEEPEST = 1500;

/** Texts shorter than this cannot reach the limit: each level needs a character and an operand. */
const TOO_SHORT = 2 * DEEPEST;

/**
 * Whether a statement's parse tree may be deeper than is safe, from its tokens alone: open brackets, and chains such
 * as `a || b || c`, which nest to the left. AND, OR and commas do not nest: the grammar makes lists of them.
 */
export function isTooDeep(sql: string): boolean {
  if (sql.length < TOO_SHORT) return false;
  const lexer = new Lexer(sql, 0, sql.length, false);
  const outer: number[] = [];
  let depth = 0;
  let chain = 0;
  while (lexer.next()) {
    if (lexer.lexeme === Lexeme.Operator) chain++;
    else if (lexer.lexeme === Lexeme.Word && lexer.end - lexer.start <= 9) {
      const word = sql.slice(lexer.start, lexer.end).toLowerCase();
      if (NESTING.has(word)) chain++;
      else if (word === 'and' || word === 'or') chain = 0;
    } else if (lexer.lexeme === Lexeme.Other) {
      switch (sql.charCodeAt(lexer.start)) {
        case 40: // (
        case 91: // [
          outer.push(chain);
          depth += chain + 1;
          chain = 0;
          break;
        case 41: // )
        case 93: // ]
          chain = outer.pop() ?? 0;
          depth = Math.max(0, depth - chain - 1);
          break;
        case 44: // ,
        case 59: // ;
          chain = 0;
          break;
        case 58: // :: and :
          chain++;
      }
    }
    if (depth + chain > DEEPEST) return true;
  }
  return false;
}

const NESTING = new Set(['not', 'case', 'join', 'union', 'intersect', 'except', 'is', 'collate', 'at']);
