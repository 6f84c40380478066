import { isKeyword } from '../sql/postgres/keywords';
import { isBlank, isWordPart, Lexeme, type Lexer } from '../sql/postgres/lexer';
import { blanked } from './blank';

/** What a script has where another program puts text in before the server sees it. */
export interface Placeholder {
  readonly offset: number;
  /** As long as the placeholder. */
  readonly replacement: string;
  /** Whether it is a block of a template, which stands for nothing by itself, and was blanked. */
  readonly blank: boolean;
}

/** The token before, and how many square brackets are open. */
export interface Before {
  readonly start: number;
  readonly end: number;
  readonly lexeme: Lexeme;
  readonly brackets: number;
}

/**
 * The placeholder that starts at a token outside of quotes, if one does: `:x`, `:'x'`, `:"x"`, `${x}`, `{{ x }}`,
 * `{% … %}`, `%s`, `%(name)s`. It becomes a name made of its own letters, so that equal ones stay equal; `:'x'`
 * becomes a string and `:"x"` a quoted name, which is what psql makes of them.
 * @param arrayBracket whether the innermost square bracket is that of ARRAY[…]
 */
export function placeholderAt(text: string, token: Lexer, before: Before, arrayBracket: boolean): Placeholder | undefined {
  const { lexeme, start, end } = token;
  if (lexeme === Lexeme.Other && end === start + 1) {
    const unit = text.charCodeAt(start);
    if (unit === COLON) return psqlVariable(text, start, before, arrayBracket);
    if (unit === BRACE) return template(text, start, before);
    return undefined;
  }
  if (lexeme === Lexeme.Operator && text.charCodeAt(end - 1) === PERCENT) return pythonParameter(text, end - 1, start, before);
  return undefined;
}

const PERCENT = 37;
const COLON = 58;
const BRACE = 123;
const OPEN_BRACKET = 91;
const COMMA = 44;

/** psql's variables (manual, "psql: SQL Interpolation"), and the named parameters of other tools. */
function psqlVariable(text: string, start: number, before: Before, arrayBracket: boolean): Placeholder | undefined {
  const variable = /:(?:([\w\u0080-\uffff]+)|'[\w\u0080-\uffff]+'|"[\w\u0080-\uffff]+"|\{\?\w+\})/y;
  variable.lastIndex = start;
  const written = variable.exec(text)?.[0];
  if (written === undefined || (before.brackets > 0 && isSlice(text, written, before, arrayBracket))) return undefined;
  const quote = written.charAt(1);
  if (quote === "'" || quote === '"') return { offset: start, replacement: `${quote}_${written.slice(2)}`, blank: false };
  return named(start, written);
}

/** Whether a colon in brackets is that of a slice, `[1:2]`, `[a:b]`, `[:n]`. */
function isSlice(text: string, written: string, before: Before, arrayBracket: boolean): boolean {
  if (before.end <= 0 || written.charAt(1) === "'" || written.charAt(1) === '"') return false;
  const unit = text.charCodeAt(before.start);
  if (before.lexeme === Lexeme.Operator) return false;
  if (before.lexeme === Lexeme.Other && (unit === COMMA || unit === 40)) return false;
  if (before.lexeme === Lexeme.Other && unit === OPEN_BRACKET) return !arrayBracket;
  return before.lexeme !== Lexeme.Word || !isKeyword(text.slice(before.start, before.end));
}

/** `${x}`, whose dollar may have been read as the end of a name, `{{ x }}`, `{% … %}` and `{# … #}`. */
function template(text: string, start: number, before: Before): Placeholder | undefined {
  const second = text.charAt(start + 1);
  if (second === '%' || second === '#') {
    const close = text.indexOf(`${second}}`, start + 2);
    return close === -1 ? undefined : { offset: start, replacement: blanked(text.slice(start, close + 2)), blank: true };
  }
  if (second === '{') {
    const close = text.indexOf('}}', start + 2);
    if (close === -1 || close - start > LONGEST) return undefined;
    return named(start, text.slice(start, close + 2));
  }
  if (text.charAt(start - 1) !== '$' || before.end > start) return undefined;
  const close = text.indexOf('}', start);
  if (close === -1 || close - start > LONGEST || /[\r\n]/.test(text.slice(start, close))) return undefined;
  return named(start - 1, text.slice(start - 1, close + 1));
}

const LONGEST = 200;

/**
 * `%(name)s`, and `%s` where no operand is before it that it could be the remainder of.
 * @param token where the operator starts that the percent sign ends, e.g. `=%`
 */
function pythonParameter(text: string, percent: number, token: number, before: Before): Placeholder | undefined {
  const parameter = /%(?:s|\(\w+\)s)/y;
  parameter.lastIndex = percent;
  const written = parameter.exec(text)?.[0];
  if (written === undefined || isWordPart(text.charCodeAt(percent + written.length))) return undefined;
  if (written === '%s' && token === percent && isOperand(text, percent, before)) return undefined;
  return named(percent, written);
}

function isOperand(text: string, at: number, before: Before): boolean {
  switch (before.lexeme) {
    case Lexeme.End:
    case Lexeme.Operator:
    case Lexeme.Parameter: // Another placeholder: `ALTER TABLE %s %s`.
      return false;
    case Lexeme.Other:
      return text.charCodeAt(before.start) === 41 || text.charCodeAt(before.start) === 93;
    case Lexeme.Word:
      return !isBlank(text.charCodeAt(at - 1)) || !isKeyword(text.slice(before.start, before.end));
    default:
      return true;
  }
}

function named(offset: number, written: string): Placeholder {
  return { offset, replacement: nameOf(written), blank: false };
}

/** A name as long as the placeholder, of its own letters. Where it has several lines the name is on the first, and blanks on the others. */
function nameOf(written: string): string {
  const line = /^[^\r\n]*/.exec(written)?.[0] ?? '';
  return `_${line.slice(1).replace(/[^\w\u0080-\uffff]/g, '_')}${blanked(written.slice(line.length))}`;
}
