import { call, field, functionOf, labelled, lambda, list, named, namedChildren, operation, resolved, scalar, text, textOf, through, unknown, type Language, type Source } from '../language';
import type { CodeNode } from '../node';
import { literalOf, piecesOf, type Special } from '../text';
import type { Value } from '../value';

/** C#. */
export const csharp: Language = {
  value,
  definition(node, code) {
    return functionOf(node, code, 'method_declaration');
  },
  calls: new Set(['invocation_expression']),
  uncertain: new Set(['if_statement', 'for_statement', 'foreach_statement', 'while_statement', 'do_statement', 'switch_statement', 'conditional_expression', 'try_statement']),
  blocks: new Set(['compilation_unit', 'block', 'declaration_list']),
  statements: new Set(['expression_statement']),
  quote(sql) {
    return sql.includes('\n') || sql.includes('\\') ? `@"${sql.replaceAll('"', '""')}"` : `"${sql.replaceAll('"', '\\"')}"`;
  },
};

function value(node: CodeNode, code: Source): Value {
  switch (node.type) {
    case 'string_literal':
    case 'verbatim_string_literal':
    case 'interpolated_string_expression':
    case 'raw_string_literal':
      return quoted(node, code);
    case 'binary_expression':
      return operation(node, code, csharp, { joining: ['+'] });
    case 'argument':
    case 'parenthesized_expression':
    case 'expression_statement':
      return through(node, namedChildren(node).at(-1), code, csharp);
    case 'invocation_expression':
      return callOf(node, code);
    case 'identifier':
      return resolved(node, textOf(code, node), code, csharp);
    case 'member_access_expression':
      return named(node, textOf(code, node));
    case 'array_creation_expression':
    case 'implicit_array_creation_expression': {
      const given = node.children.findLast(({ type }) => type === 'initializer_expression');
      return list(node, given === undefined ? [] : namedChildren(given).map((item) => value(item, code)));
    }
    case 'integer_literal':
    case 'real_literal':
      return scalar(node, Number(textOf(code, node).replaceAll('_', '').replace(/[a-z]+$/iu, '')));
    case 'boolean_literal':
      return scalar(node, textOf(code, node) === 'true');
    case 'null_literal':
      return scalar(node, null);
    case 'lambda_expression':
      return lambda(node, [], field(node, 'body'));
    default:
      return unknown(node);
  }
}

function callOf(node: CodeNode, code: Source): Value {
  const called = field(node, 'function');
  const given = field(node, 'arguments');
  if (called === undefined || given === undefined) return unknown(node);
  const isMember = called.type === 'member_access_expression';
  const name = isMember ? field(called, 'name') : called;
  const on = isMember ? field(called, 'expression') : undefined;
  if (name === undefined) return unknown(node);
  // Sql<T>(…), CreateTable<…>(…)
  const plain = name.type === 'generic_name' ? (namedChildren(name)[0] ?? name) : name;
  return call(node, plain, code, { receiver: on === undefined ? undefined : value(on, code), ...labelled(given, code, csharp) });
}

function quoted(node: CodeNode, code: Source): Value {
  const written = textOf(code, node);
  const mark = /^[$@]*"+/u.exec(written)?.[0] ?? '"';
  const quotes = mark.replace(/^[$@]*/u, '');
  if (quotes.length >= 3) return raw(node, code, mark, quotes);
  const isVerbatim = mark.includes('@');
  const isFormat = mark.includes('$');
  const open = mark.length - quotes.length + 1;
  const closed = written.length > open && written.endsWith('"');
  const frame = { from: node.start + open, to: closed ? node.end - 1 : node.end, close: node.end };
  const specials = node.children.flatMap((child): Special[] => {
    if (child.type === 'interpolation') return [{ start: child.start, end: child.end, means: undefined }];
    if (child.type === 'escape_sequence') return [{ start: child.start, end: child.end, means: unescaped(textOf(code, child)) }];
    return [];
  });
  if (isVerbatim || isFormat) specials.push(...doubled(code.text, frame, specials, isVerbatim, isFormat));
  specials.sort((a, b) => a.start - b.start);
  const literal = literalOf(`cs ${mark}`, (sql) => {
    const braced = isFormat ? sql.replace(/[{}]/gu, '$&$&') : sql;
    if (isVerbatim) return braced.replaceAll('"', '""');
    return braced.replace(/[\\"]/gu, '\\$&').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  });
  return text(node, piecesOf(code.text, { ...frame, specials, literal }), frame);
}

/** `""` in verbatim strings, `{{` and `}}` in interpolated ones. */
function doubled(source: string, { from, to }: { readonly from: number; readonly to: number }, known: readonly Special[], quotes: boolean, braces: boolean): Special[] {
  const specials: Special[] = [];
  const pattern = quotes && braces ? /""|\{\{|\}\}/gu : quotes ? /""/gu : /\{\{|\}\}/gu;
  for (const { index, 0: pair } of source.slice(from, to).matchAll(pattern)) {
    const start = from + index;
    if (!known.some((special) => special.start <= start && start < special.end)) specials.push({ start, end: start + 2, means: pair.charAt(0) });
  }
  return specials;
}

/** Raw strings: indented as their closing quotes are (C# 11). */
function raw(node: CodeNode, code: Source, mark: string, quotes: string): Value {
  const written = textOf(code, node);
  const dollars = mark.length - quotes.length;
  const closing = written.endsWith(quotes) && written.length >= mark.length + quotes.length ? quotes.length : 0;
  const start = node.start + mark.length;
  const stop = node.end - closing;
  const firstLine = /^[ \t]*\r?\n/u.exec(code.text.slice(start, stop))?.[0];
  const lastLine = code.text.lastIndexOf('\n', stop - 1) + 1;
  const specials = node.children.flatMap((child): Special[] => (child.type === 'interpolation' ? [{ start: child.start, end: child.end, means: undefined }] : []));
  if (firstLine === undefined || lastLine <= start) {
    const frame = { from: start, to: stop, close: node.end };
    return text(node, piecesOf(code.text, { ...frame, specials, literal: literalOf(`cs ${mark}`, (sql) => (sql.includes('"') ? undefined : sql)) }), frame);
  }
  const from = start + firstLine.length;
  const to = Math.max(from, lastLine - (code.text.charAt(lastLine - 2) === '\r' ? 2 : 1));
  const blanks = code.text.slice(lastLine, stop);
  const literal = literalOf(`cs ${mark} ${blanks}`, (sql) => {
    if (sql.includes(quotes) || (dollars > 0 && /[{}]/u.test(sql))) return undefined;
    return sql.replace(/(?<=\n)(?=[^\r\n])/gu, blanks);
  });
  return text(node, piecesOf(code.text, { from, to, specials, literal, indent: blanks.length, ownLines: true }), { from, to, close: node.end });
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07', 0: '\0' };

function unescaped(escape: string): string {
  const second = escape.slice(1);
  const hex = /^(?:x([\da-f]{1,4})|u([\da-f]{4})|U([\da-f]{8}))$/iu.exec(second);
  if (hex !== null) {
    const point = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  return SIMPLE[second] ?? second;
}
