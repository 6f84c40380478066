import { call, field, functionOf, inner, named, namedChildren, number, operation, resolved, scalar, text, textOf, through, unknown, type Language, type Source } from '../language';
import type { CodeNode } from '../node';
import { literalOf, piecesOf, type Special } from '../text';
import type { Value } from '../value';

/** Go. */
export const go: Language = {
  value,
  definition(node, code) {
    return functionOf(node, code, 'function_declaration', 'method_declaration');
  },
  calls: new Set(['call_expression']),
  uncertain: new Set(['for_statement', 'expression_switch_statement', 'if_statement']),
  blocks: new Set(['source_file', 'statement_list']),
  // `_, err := …` cannot be written twice: the second declares nothing new. This can: if _, err := …; err != nil { … }
  statements: new Set(['if_statement', 'expression_statement']),
  quote(sql, indent) {
    if (sql.includes('`')) return `"${escaped(sql)}"`;
    return sql.includes('\n') ? `\`\n${sql.replace(/^(?=.)/gmu, `${indent}\t`)}\n${indent}\`` : `\`${sql}\``;
  },
};

function value(node: CodeNode, code: Source): Value {
  switch (node.type) {
    case 'interpreted_string_literal':
    case 'raw_string_literal':
      return quoted(node, code);
    case 'binary_expression':
      return operation(node, code, go, { joining: ['+'] });
    case 'parenthesized_expression':
    case 'expression_statement':
      return through(node, inner(node), code, go);
    case 'call_expression':
      return callOf(node, code);
    case 'identifier':
      return resolved(node, textOf(code, node), code, go);
    case 'selector_expression':
      return named(node, textOf(code, node));
    case 'int_literal':
      return number(node, code);
    case 'true':
    case 'false':
      return scalar(node, node.type === 'true');
    case 'nil':
      return scalar(node, null);
    default:
      return unknown(node);
  }
}

function callOf(node: CodeNode, code: Source): Value {
  const called = field(node, 'function');
  const given = field(node, 'arguments');
  if (called === undefined || given === undefined) return unknown(node);
  const args = namedChildren(given).map((argument) => value(argument, code));
  if (called.type !== 'selector_expression') return call(node, called, code, { args });
  const [on, name] = [field(called, 'operand'), field(called, 'field')];
  if (on === undefined || name === undefined) return unknown(node);
  // fmt.Sprintf("… %s …", name): what is put in stays a placeholder.
  const [first] = args;
  if (first?.kind === 'text' && ['Sprintf', 'TrimSpace'].includes(textOf(code, name))) return first;
  return call(node, name, code, { receiver: value(on, code), args });
}

function quoted(node: CodeNode, code: Source): Value {
  const isRaw = node.type === 'raw_string_literal';
  const closed = node.end - node.start >= 2 && node.children.at(-1)?.named === false;
  const frame = { from: node.start + 1, to: closed ? node.end - 1 : node.end, close: node.end };
  const specials = node.children.flatMap((child): Special[] => (child.type === 'escape_sequence' ? [{ start: child.start, end: child.end, means: unescaped(textOf(code, child)) }] : []));
  return text(node, piecesOf(code.text, { ...frame, specials, literal: isRaw ? RAW : QUOTED }), frame);
}

const RAW = literalOf('go `', (sql) => (sql.includes('`') ? undefined : sql));
const QUOTED = literalOf('go "', escaped);

function escaped(sql: string): string {
  return sql.replace(/[\\"]/gu, '\\$&').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07' };

function unescaped(escape: string): string {
  const second = escape.slice(1);
  const hex = /^(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8}))$/iu.exec(second);
  if (hex !== null) {
    const point = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  if (/^[0-7]{3}$/u.test(second)) return String.fromCharCode(Number.parseInt(second, 8));
  return SIMPLE[second] ?? second;
}
