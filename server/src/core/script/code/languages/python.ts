import { call, concatenated, dict, field, functionOf, inner, lambda, list, named, namedChildren, number, operation, resolved, scalar, text, textOf, through, unknown, type Language, type Source } from '../language';
import type { CodeNode } from '../node';
import { literalOf, piecesOf, type Special } from '../text';
import type { Value } from '../value';

/** Python. */
export const python: Language = {
  value,
  definition(node, code) {
    if (node.type === 'function_definition') return functionOf(node, code, node.type);
    // operations = [ … ], steps = [ … ]
    if (node.type !== 'assignment') return undefined;
    const [left, right] = [field(node, 'left'), field(node, 'right')];
    return left !== undefined && right !== undefined ? { name: textOf(code, left), body: right } : undefined;
  },
  calls: new Set(['call']),
  uncertain: new Set(['if_statement', 'for_statement', 'while_statement', 'try_statement', 'conditional_expression', 'list_comprehension']),
  blocks: new Set(['module', 'block', 'list']),
  statements: new Set(['expression_statement', 'call']),
  quote(sql, indent) {
    if (sql.includes('\n')) return `"""\n${sql.replace(/\\|"(?="")/gu, '\\$&').replace(/^(?=.)/gmu, `${indent}    `)}\n${indent}"""`;
    return sql.includes('"') && !sql.includes("'") ? `'${sql.replaceAll('\\', '\\\\')}'` : `"${sql.replace(/[\\"]/gu, '\\$&')}"`;
  },
};

function value(node: CodeNode, code: Source): Value {
  switch (node.type) {
    case 'string':
      return quoted(node, code);
    case 'concatenated_string':
      return concatenated(node, namedChildren(node).map((part) => value(part, code)), code);
    case 'binary_operator':
      return operation(node, code, python, { joining: ['+'], formatting: '%' });
    case 'parenthesized_expression':
    case 'expression_statement':
    case 'await':
      return through(node, inner(node), code, python);
    case 'call':
      return callOf(node, code);
    case 'list':
    case 'tuple':
      return list(node, namedChildren(node).map((item) => value(item, code)));
    case 'dictionary': {
      const entries = new Map<string, Value>();
      for (const pair of namedChildren(node)) {
        const [key, given] = [field(pair, 'key'), field(pair, 'value')];
        if (key !== undefined && given !== undefined) entries.set(textOf(code, key).replace(/^['"]|['"]$/gu, ''), value(given, code));
      }
      return dict(node, entries);
    }
    case 'identifier':
      return resolved(node, textOf(code, node), code, python);
    case 'attribute': {
      const [object, attribute] = [field(node, 'object'), field(node, 'attribute')];
      if (object === undefined || attribute === undefined) return unknown(node);
      const on = value(object, code);
      return named(node, `${on.kind === 'name' ? on.name : on.kind === 'call' ? `${on.name}()` : ''}.${textOf(code, attribute)}`);
    }
    case 'integer':
    case 'float':
      return number(node, code);
    case 'unary_operator':
      return Number.isNaN(Number(textOf(code, node))) ? unknown(node) : scalar(node, Number(textOf(code, node)));
    case 'true':
    case 'false':
      return scalar(node, node.type === 'true');
    case 'none':
      return scalar(node, null);
    case 'lambda':
      return lambda(node, [], field(node, 'body'));
    default:
      return unknown(node);
  }
}

/** What gives back the text that it is given, as far as SQL is concerned. */
const WRAPPERS: ReadonlySet<string> = new Set(['text', 'dedent', 'SQL', 'cleandoc']);

function callOf(node: CodeNode, code: Source): Value {
  const called = field(node, 'function');
  const given = field(node, 'arguments');
  if (called === undefined || given === undefined) return unknown(node);
  const args: Value[] = [];
  const options = new Map<string, Value>();
  for (const argument of namedChildren(given)) {
    const [name, is] = [field(argument, 'name'), field(argument, 'value')];
    if (argument.type === 'keyword_argument' && name !== undefined && is !== undefined) options.set(textOf(code, name), value(is, code));
    else args.push(value(argument, code));
  }
  const isMember = called.type === 'attribute';
  const name = isMember ? field(called, 'attribute') : called;
  const object = isMember ? field(called, 'object') : undefined;
  if (name === undefined) return unknown(node);
  const receiver = object === undefined ? undefined : value(object, code);
  const [first] = args;
  if (first?.kind === 'text' && WRAPPERS.has(textOf(code, name))) return first;
  if (receiver?.kind === 'text') {
    if (textOf(code, name) === 'format') return formatted(receiver);
    if (textOf(code, name) === 'strip') return receiver;
  }
  return call(node, name, code, { receiver, args, named: options });
}

/** A text whose `{…}` are put in by format(). */
function formatted(value: Value & { kind: 'text' }): Value {
  const pieces = value.pieces.flatMap((piece) => {
    if (piece.opaque || piece.file.length !== piece.text.length) return [piece];
    return piece.text
      .split(/(\{[^{}]*\})/u)
      .reduce<{ at: number; parts: (typeof piece)[] }>(
        ({ at, parts }, part, index) => {
          const file = { offset: piece.file.offset + at, length: part.length };
          const made = index % 2 === 0 ? { ...piece, text: part, file } : { ...piece, text: part.length < 4 ? '_'.repeat(part.length) : `\${${part.slice(1, -2).replace(/\W/gu, '_')}}`, file, opaque: true };
          return { at: at + part.length, parts: part === '' ? parts : [...parts, made] };
        },
        { at: 0, parts: [] },
      ).parts;
  });
  return { ...value, pieces };
}

function quoted(node: CodeNode, code: Source): Value {
  const start = node.children.find(({ type }) => type === 'string_start');
  const close = node.children.findLast(({ type }) => type === 'string_end');
  if (start === undefined) return unknown(node);
  const mark = textOf(code, start);
  const quote = mark.replace(/^[a-z]*/iu, '');
  const prefix = mark.slice(0, mark.length - quote.length).toLowerCase();
  const specials: Special[] = [];
  for (const child of node.children) {
    if (child.type === 'interpolation') specials.push({ start: child.start, end: child.end, means: undefined });
    for (const part of child.type === 'string_content' ? child.children : []) {
      if (part.type === 'escape_interpolation') specials.push({ start: part.start, end: part.end, means: textOf(code, part).charAt(0) });
      else if (part.type === 'escape_sequence') specials.push({ start: part.start, end: part.end, means: unescaped(textOf(code, part)) });
    }
  }
  const frame = { from: start.end, to: close?.start ?? node.end, close: node.end };
  return text(node, piecesOf(code.text, { ...frame, specials, literal: literal(prefix, quote) }), frame);
}

function literal(prefix: string, quote: string) {
  const isRaw = prefix.includes('r');
  const isFormat = prefix.includes('f');
  return literalOf(`py ${prefix}${quote}`, (sql) => {
    const braced = isFormat ? sql.replace(/[{}]/gu, '$&$&') : sql;
    const isLong = quote.length === 3;
    if (isRaw) return braced.includes(quote) || braced.endsWith('\\') || (!isLong && /[\r\n]/u.test(braced)) ? undefined : braced;
    const escaped = braced.replaceAll('\\', '\\\\');
    if (isLong) return escaped.replaceAll(quote, `\\${quote}`);
    return escaped.replaceAll(quote, `\\${quote}`).replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  });
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07', '\\': '\\', "'": "'", '"': '"' };

/** What an escape means; undefined for a character by its name. */
function unescaped(escape: string): string | undefined {
  const second = escape.slice(1);
  const hex = /^(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8}))$/iu.exec(second);
  if (hex !== null) {
    const point = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  if (/^[0-7]{1,3}$/u.test(second)) return String.fromCharCode(Number.parseInt(second, 8));
  if (second.startsWith('N{')) return undefined;
  return SIMPLE[second] ?? (/^[\r\n]/u.test(second) ? '' : escape);
}
