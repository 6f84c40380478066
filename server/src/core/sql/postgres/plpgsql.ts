import type { Node } from '@pgsql/types';
import type { ParsedStatement } from '../statement';
import type { Span } from '../../text';
import { atomicBody, bodyLiteral, type BodyLiteral } from './body-literal';
import { constantText } from './constant-text';
import { parseOne } from './grammar';
import { Lexer, Lexeme } from './lexer';
import { askPlpgsql } from './module';
import { createParseMemo, statementsOf } from './parse';

/** What a DO block or the body of a function or procedure does when it runs. */
export interface RoutineBody {
  readonly language: string;
  /** In the order of the text; expressions that call a function or hold a query are queries too. */
  readonly steps: readonly BodyStep[];
  /** Why the body could not be read, in the server's words, or undefined. */
  readonly problem: string | undefined;
}

interface Step {
  /** Whether it is in a branch, a loop or an exception handler, so that it may run never or many times. */
  readonly conditional: boolean;
  /** Where it is written in the outer statement's text, or undefined where that could not be found out. */
  readonly place: Span | undefined;
}

export type BodyStep =
  | (Step & {
      readonly kind: 'static';
      readonly parsed: ParsedStatement;
      /**
       * What to add to an offset in `parsed` to have it in the outer statement's text; undefined where the text is not
       * there as it is (quotes doubled, a string put together).
       */
      readonly offset: number | undefined;
    })
  /** SQL that is put together when it runs, or does not parse. `text` is the expression as written. */
  | (Step & { readonly kind: 'dynamic'; readonly text: string })
  | (Step & { readonly kind: 'commit' | 'rollback'; readonly chain: boolean });

/**
 * The body of a DO, CREATE FUNCTION or CREATE PROCEDURE statement in PL/pgSQL or SQL; undefined for any other
 * statement and language. The same statement gives the same object.
 */
export function bodyOf(statement: ParsedStatement): RoutineBody | undefined {
  if (statement.nodeKind !== 'DoStmt' && statement.nodeKind !== 'CreateFunctionStmt') return undefined;
  if (!bodies.has(statement)) bodies.set(statement, read(statement));
  return bodies.get(statement);
}

const bodies = new WeakMap<ParsedStatement, RoutineBody | undefined>();

function read(statement: ParsedStatement): RoutineBody | undefined {
  const { node } = statement;
  const isDo = 'DoStmt' in node;
  const options = isDo ? node.DoStmt.args : 'CreateFunctionStmt' in node ? node.CreateFunctionStmt.options : undefined;
  const language = (option(options, 'language')?.text ?? (isDo ? 'plpgsql' : 'sql')).toLowerCase();
  if ('CreateFunctionStmt' in node && node.CreateFunctionStmt.sql_body !== undefined) {
    const steps = atomicBody(statement.text).flatMap(({ text, offset }) => staticStep(text, offset, { offset, length: text.length }, false));
    return { language, steps, problem: undefined };
  }
  const as = option(options, 'as');
  if (as === undefined || (language !== 'plpgsql' && language !== 'sql')) return undefined;
  const literal = bodyLiteral(statement.text, statement.offsetOf(as.location), as.text ?? '');
  if (language === 'sql') {
    const steps = statementsOf(literal.content, createParseMemo()).flatMap(({ parsed, span }): BodyStep[] => {
      const place = literal.placeOf(span);
      if (parsed.ok) return [{ kind: 'static', parsed, offset: literal.offsetOf(span), place, conditional: false }];
      return [{ kind: 'dynamic', text: parsed.text, place, conditional: false }];
    });
    return { language, steps, problem: undefined };
  }
  const answer = askPlpgsql(statement.text);
  if (!answer.ok) return { language, steps: [], problem: answer.message };
  const functions = listOf(recordOf(JSON.parse(answer.json)), 'plpgsql_funcs');
  const compiled = unwrapped(functions[0]);
  if (compiled === undefined) return { language, steps: [], problem: 'the body could not be read' };
  const reader = new BodyReader(literal);
  reader.function(compiled.body);
  return { language, steps: reader.steps, problem: reader.problem };
}

function option(options: readonly Node[] | undefined, name: string): { readonly text: string | undefined; readonly location: number } | undefined {
  for (const node of options ?? []) {
    if (!('DefElem' in node) || node.DefElem.defname !== name) continue;
    const { arg, location } = node.DefElem;
    const value = arg !== undefined && 'List' in arg ? arg.List.items?.[0] : arg;
    return { text: value !== undefined && 'String' in value ? (value.String.sval ?? '') : undefined, location: location ?? 0 };
  }
  return undefined;
}

/** A statement as a step, or as an unknown one where it does not parse. */
function staticStep(text: string, offset: number | undefined, place: Span | undefined, conditional: boolean): BodyStep[] {
  const parsed = parseOne(text, false);
  return [parsed.ok ? { kind: 'static', parsed, offset, place, conditional } : { kind: 'dynamic', text, place, conditional }];
}

/** A node of the compiled function (libpg-query's pg_query_json_plpgsql.c): one key with the kind, its fields beneath. */
type Fields = Readonly<Record<string, unknown>>;

/** Statements nested deeper are not read: nobody writes them, and a walk must end. */
const DEEPEST = 200;

/** Walks a compiled function in the order of its text, and finds each query again in the body. */
class BodyReader {
  readonly steps: BodyStep[] = [];
  problem: string | undefined;
  private depth = 0;
  private conditional = false;
  /** Where the search for the next query in the body begins. */
  private cursor = 0;
  private readonly lineStarts: number[] = [0];

  constructor(private readonly literal: BodyLiteral) {
    for (let at = literal.content.indexOf('\n'); at !== -1; at = literal.content.indexOf('\n', at + 1)) this.lineStarts.push(at + 1);
  }

  function(compiled: Fields): void {
    const action = unwrapped(compiled.action);
    const begin = numberOf(action?.body, 'lineno');
    for (const datum of listOf(compiled, 'datums')) {
      const variable = unwrapped(datum)?.body;
      if (variable === undefined) continue;
      // A variable of an inner block gets its value when that block is entered.
      const outer = this.conditional;
      this.conditional = numberOf(variable, 'lineno') > begin;
      this.cursor = this.lineStart(variable);
      this.expression(variable.default_val, variable);
      this.query(variable.cursor_explicit_expr, variable);
      this.conditional = outer;
    }
    this.cursor = action === undefined ? 0 : this.lineStart(action.body);
    this.statement(compiled.action);
  }

  private statements(list: readonly unknown[]): void {
    if (++this.depth > DEEPEST) this.problem = 'the body is nested too deeply to be analysed';
    else for (const statement of list) this.statement(statement);
    this.depth--;
  }

  private branch(list: readonly unknown[]): void {
    const outer = this.conditional;
    this.conditional = true;
    this.statements(list);
    this.conditional = outer;
  }

  /** The statements of PL/pgSQL (src/pl/plpgsql/src/plpgsql.h, PLpgSQL_stmt_type). */
  private statement(node: unknown): void {
    const statement = unwrapped(node);
    if (statement === undefined) return;
    const { kind, body } = statement;
    switch (kind) {
      case 'PLpgSQL_stmt_block':
        this.statements(listOf(body, 'body'));
        for (const handler of listOf(unwrapped(body.exceptions)?.body, 'exc_list')) this.branch(listOf(unwrapped(handler)?.body, 'action'));
        return;
      case 'PLpgSQL_stmt_if':
        this.expression(body.cond, body);
        this.branch(listOf(body, 'then_body'));
        for (const node of listOf(body, 'elsif_list')) {
          const elsif = unwrapped(node)?.body ?? {};
          this.conditionally(() => {
            this.expression(elsif.cond, elsif);
          });
          this.branch(listOf(elsif, 'stmts'));
        }
        this.branch(listOf(body, 'else_body'));
        return;
      case 'PLpgSQL_stmt_case':
        this.expression(body.t_expr, body);
        for (const node of listOf(body, 'case_when_list')) {
          const when = unwrapped(node)?.body ?? {};
          this.conditionally(() => {
            this.caseWhen(when);
          });
          this.branch(listOf(when, 'stmts'));
        }
        this.branch(listOf(body, 'else_stmts'));
        return;
      case 'PLpgSQL_stmt_loop':
        this.branch(listOf(body, 'body'));
        return;
      case 'PLpgSQL_stmt_while':
        this.expression(body.cond, body);
        this.branch(listOf(body, 'body'));
        return;
      case 'PLpgSQL_stmt_fori':
        for (const bound of ['lower', 'upper', 'step']) this.expression(body[bound], body);
        this.branch(listOf(body, 'body'));
        return;
      case 'PLpgSQL_stmt_fors':
        this.query(body.query, body);
        this.branch(listOf(body, 'body'));
        return;
      case 'PLpgSQL_stmt_forc':
        this.expression(body.argquery, body);
        this.branch(listOf(body, 'body'));
        return;
      case 'PLpgSQL_stmt_dynfors':
        this.execute(body.query, body);
        for (const parameter of listOf(body, 'params')) this.expression(parameter, body);
        this.branch(listOf(body, 'body'));
        return;
      case 'PLpgSQL_stmt_foreach_a':
        this.expression(body.expr, body);
        this.branch(listOf(body, 'body'));
        return;
      case 'PLpgSQL_stmt_execsql':
        this.query(body.sqlstmt, body);
        return;
      case 'PLpgSQL_stmt_call':
        this.query(body.expr, body);
        return;
      case 'PLpgSQL_stmt_perform':
        this.perform(body);
        return;
      case 'PLpgSQL_stmt_dynexecute':
        this.execute(body.query, body);
        for (const parameter of listOf(body, 'params')) this.expression(parameter, body);
        return;
      case 'PLpgSQL_stmt_return_query':
      case 'PLpgSQL_stmt_open':
        this.query(body.query, body);
        this.execute(body.dynquery, body);
        this.expression(body.argquery, body);
        for (const parameter of listOf(body, 'params')) this.expression(parameter, body);
        return;
      case 'PLpgSQL_stmt_commit':
      case 'PLpgSQL_stmt_rollback':
        this.control(kind === 'PLpgSQL_stmt_commit' ? 'commit' : 'rollback', body);
        return;
      case 'PLpgSQL_stmt_raise':
        for (const parameter of listOf(body, 'params')) this.expression(parameter, body);
        for (const raised of listOf(body, 'options')) this.expression(unwrapped(raised)?.body.expr, body);
        return;
      default:
        // Assignment, RETURN, RETURN NEXT, EXIT, ASSERT, FETCH: at most expressions.
        for (const field of ['expr', 'cond', 'message']) this.expression(body[field], body);
    }
  }

  private conditionally(walk: () => void): void {
    const outer = this.conditional;
    this.conditional = true;
    walk();
    this.conditional = outer;
  }

  /** A whole SQL statement. INTO and its targets are blanks in it. */
  private query(node: unknown, owner: Fields): void {
    const text = queryOf(node);
    if (text === undefined) return;
    const at = this.find(text, owner);
    this.add(text, at, 0, text.length);
  }

  /** PERFORM stands where the query has SELECT. */
  private perform(owner: Fields): void {
    const text = queryOf(owner.expr);
    if (text === undefined) return;
    this.select(text.replace(/^\s*select\s*/i, ''), owner);
  }

  /** An expression, where it calls a function or holds a query; the server runs it as SELECT … itself. */
  private expression(node: unknown, owner: Fields): void {
    const text = queryOf(node);
    if (text === undefined) return;
    // For an assignment the parser is given the target too (parse mode RAW_PARSE_PLPGSQL_ASSIGN1 to 3).
    const value = numberOf(unwrapped(node)?.body, 'parseMode') >= ASSIGNMENT ? assigned(text) : text;
    if (value.includes('(') || /\bfrom\b/i.test(value)) this.select(value, owner);
  }

  /** The values of a WHEN are written as a list: the compiler made `"__Case__Variable_N__" IN (…)` of them. */
  private caseWhen(when: Fields): void {
    const text = queryOf(when.expr);
    const list = text === undefined ? null : /^"__Case__Variable_\d+__" IN \(([\s\S]*)\)$/.exec(text);
    if (list === null) this.expression(when.expr, when);
    else if (list[1]?.includes('(') === true) this.select(list[1], when);
  }

  private select(expression: string, owner: Fields): void {
    const at = this.find(expression, owner);
    this.add(SELECT + expression, at, SELECT.length, expression.length);
  }

  /** SQL in a string: static where the string is constant. */
  private execute(node: unknown, owner: Fields): void {
    const text = queryOf(node);
    if (text === undefined) return;
    const at = this.find(text, owner);
    const place = at === undefined ? undefined : this.literal.placeOf({ offset: at, length: text.length });
    const { conditional } = this;
    const select = parseOne(SELECT + text, false);
    const constant = select.ok ? constantText(select.node) : undefined;
    if (constant === undefined) {
      this.steps.push({ kind: 'dynamic', text, place, conditional });
      // The functions that put it together run too.
      const calls = select.ok && /\bselect\b/i.test(text);
      if (calls) this.steps.push({ kind: 'static', parsed: select, offset: undefined, place, conditional });
      return;
    }
    // Where the string has neither doubled quotes nor escapes its text is in the body as it is.
    const inside = at === undefined ? -1 : text.indexOf(constant);
    for (const { parsed, span } of statementsOf(constant, createParseMemo())) {
      const own = inside === -1 || at === undefined ? undefined : { offset: at + inside + span.offset, length: span.length };
      if (!parsed.ok) this.steps.push({ kind: 'dynamic', text: parsed.text, place, conditional });
      else this.steps.push({ kind: 'static', parsed, offset: own === undefined ? undefined : this.literal.offsetOf(own), place: own === undefined ? place : this.literal.placeOf(own), conditional });
    }
  }

  private control(kind: 'commit' | 'rollback', owner: Fields): void {
    const word = new RegExp(kind, 'gi');
    word.lastIndex = Math.max(this.cursor, this.lineStart(owner));
    const at = word.exec(this.literal.content)?.index;
    if (at !== undefined) this.cursor = at + kind.length;
    this.steps.push({
      kind,
      chain: owner.chain === true,
      conditional: this.conditional,
      place: at === undefined ? undefined : this.literal.placeOf({ offset: at, length: kind.length }),
    });
  }

  /**
   * @param at where the written part is in the body
   * @param skipped how much of the text is before the written part
   */
  private add(text: string, at: number | undefined, skipped: number, written: number): void {
    const span = at === undefined ? undefined : { offset: at, length: written };
    const offset = span === undefined ? undefined : this.literal.offsetOf(span);
    const place = span === undefined ? undefined : this.literal.placeOf(span);
    this.steps.push(...staticStep(text, offset === undefined ? undefined : offset - skipped, place, this.conditional));
  }

  /** Where a query is in the body: behind the one before, from the line on that its statement begins at. */
  private find(query: string, owner: Fields): number | undefined {
    const { content } = this.literal;
    const from = Math.max(this.cursor, this.lineStart(owner));
    let at = content.indexOf(query, from);
    if (at === -1) {
      // INTO and its targets were blanked (pl_gram.y, make_execsql_stmt).
      const head = /^[\s\S]+?(?= {6})/.exec(query)?.[0];
      if (head !== undefined) at = content.indexOf(head, from);
    }
    if (at === -1) return undefined;
    this.cursor = at + query.length;
    return at;
  }

  private lineStart(owner: Fields): number {
    return this.lineStarts[numberOf(owner, 'lineno') - 1] ?? 0;
  }
}

const SELECT = 'SELECT ';

/** RAW_PARSE_PLPGSQL_ASSIGN1 (src/include/parser/parser.h). */
const ASSIGNMENT = 3;

/** What is behind the assignment mark. */
function assigned(text: string): string {
  const lexer = new Lexer(text, 0, text.length, false);
  let brackets = 0;
  while (lexer.next()) {
    const token = text.slice(lexer.start, lexer.end);
    if (lexer.lexeme === Lexeme.Other && token === '[') brackets++;
    else if (lexer.lexeme === Lexeme.Other && token === ']') brackets--;
    else if (brackets === 0 && (token === ':=' || token === '=')) return text.slice(lexer.end).trimStart();
  }
  return text;
}

function queryOf(node: unknown): string | undefined {
  const query = unwrapped(node)?.body.query;
  return typeof query === 'string' ? query : undefined;
}

function unwrapped(node: unknown): { readonly kind: string; readonly body: Fields } | undefined {
  const [entry] = Object.entries(recordOf(node) ?? {});
  if (entry === undefined) return undefined;
  const body = recordOf(entry[1]);
  return body === undefined ? undefined : { kind: entry[0], body };
}

function recordOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function listOf(fields: Fields | undefined, name: string): readonly unknown[] {
  const value = fields?.[name];
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function numberOf(fields: Fields | undefined, name: string): number {
  const value = fields?.[name];
  return typeof value === 'number' ? value : 0;
}
