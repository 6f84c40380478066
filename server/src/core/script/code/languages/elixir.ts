import { call, field, inner, lambda, list, named, namedChildren, number, operation, scalar, text, textOf, through, unknown, type Language, type Source } from '../language';
import type { CodeNode } from '../node';
import { literalOf, piecesOf, type Special } from '../text';
import type { Value } from '../value';

/** Elixir. */
export const elixir: Language = {
  value,
  definition(node, code) {
    if (node.type !== 'call') return undefined;
    const target = field(node, 'target');
    const head = node.children.find(({ type }) => type === 'arguments');
    const body = node.children.find(({ type }) => type === 'do_block');
    if (target === undefined || head === undefined || body === undefined || !/^defp?$/u.test(textOf(code, target))) return undefined;
    return { name: textOf(code, head).replace(/[\s(].*$/su, ''), body };
  },
  calls: new Set(['call']),
  uncertain: new Set(['anonymous_function']),
  blocks: new Set(['source', 'do_block', 'else_block']),
  statements: new Set(['call']),
  quote(sql, indent) {
    if (!sql.includes('\n')) return sql.includes('"') && !/[{}]/u.test(sql) ? `~s{${sql.replace(/\\|#(?=\{)/gu, '\\$&')}}` : `"${escaped(sql)}"`;
    return `"""\n${sql.replace(/\\|#(?=\{)|"(?="")/gu, '\\$&').replace(/^(?=.)/gmu, indent)}\n${indent}"""`;
  },
};

function value(node: CodeNode, code: Source): Value {
  switch (node.type) {
    case 'string':
    case 'sigil':
      return quoted(node, code);
    case 'binary_operator':
      return operation(node, code, elixir, { joining: ['<>'] });
    case 'block':
      return through(node, inner(node), code, elixir);
    case 'call':
      return callOf(node, code);
    case 'list':
      return list(node, namedChildren(node).flatMap((item) => (item.type === 'keywords' ? [] : [value(item, code)])));
    case 'atom':
      return scalar(node, textOf(code, node).slice(1), true);
    case 'quoted_atom':
      return scalar(node, textOf(code, node).replace(/^:"|"$/gu, ''), true);
    case 'boolean':
      return scalar(node, textOf(code, node) === 'true');
    case 'nil':
      return scalar(node, null);
    case 'integer':
    case 'float':
      return number(node, code);
    case 'identifier':
    case 'alias':
    case 'dot':
      return named(node, textOf(code, node));
    default:
      return unknown(node);
  }
}

function callOf(node: CodeNode, code: Source): Value {
  const target = field(node, 'target');
  if (target === undefined) return unknown(node);
  const isMember = target.type === 'dot';
  const name = isMember ? field(target, 'right') : target;
  const on = isMember ? field(target, 'left') : undefined;
  if (name === undefined) return unknown(node);
  const given = node.children.find(({ type }) => type === 'arguments');
  const own = node.children.find(({ type }) => type === 'do_block');
  const args: Value[] = [];
  const options = new Map<string, Value>();
  for (const argument of given === undefined ? [] : namedChildren(given)) {
    if (argument.type !== 'keywords') args.push(value(argument, code));
    else for (const pair of namedChildren(argument)) {
      const [key, is] = [field(pair, 'key'), field(pair, 'value')];
      if (key !== undefined && is !== undefined) options.set(textOf(code, key).replace(/:\s*$/u, ''), value(is, code));
    }
  }
  return call(node, name, code, { receiver: on === undefined ? undefined : value(on, code), args, named: options, block: own === undefined ? undefined : lambda(own, [], own) });
}

function quoted(node: CodeNode, code: Source): Value {
  const open = field(node, 'quoted_start');
  const close = field(node, 'quoted_end');
  if (open === undefined) return unknown(node);
  const mark = textOf(code, open);
  const sigil = node.children.find(({ type }) => type === 'sigil_name');
  const isRaw = sigil !== undefined && /^[A-Z]/u.test(textOf(code, sigil));
  if (sigil !== undefined && !/^[sS]$/u.test(textOf(code, sigil))) return unknown(node);
  const specials = isRaw
    ? []
    : node.children.flatMap((child): Special[] => {
        if (child.type === 'interpolation') return [{ start: child.start, end: child.end, means: undefined }];
        if (child.type === 'escape_sequence') return [{ start: child.start, end: child.end, means: unescaped(textOf(code, child)) }];
        return [];
      });
  if (mark.length === 3) return heredoc(node, code, open, close, specials, isRaw);
  const frame = { from: open.end, to: close?.start ?? node.end, close: node.end };
  const end = close === undefined ? mark : textOf(code, close);
  const literal = literalOf(`ex ${isRaw ? 'raw ' : ''}${mark}`, (sql) => {
    if (mark === '"' && !isRaw) return escaped(sql);
    if (sql.includes(end) || sql.includes(mark)) return undefined;
    return isRaw ? sql : sql.replace(/\\|#(?=\{)/gu, '\\$&');
  });
  return text(node, piecesOf(code.text, { ...frame, specials, literal }), frame);
}

/** A heredoc's lines are indented as its closing quotes are. */
function heredoc(node: CodeNode, code: Source, open: CodeNode, close: CodeNode | undefined, specials: readonly Special[], isRaw: boolean): Value {
  const from = code.text.indexOf('\n', open.end) + 1;
  const end = close?.start ?? node.end;
  const to = code.text.lastIndexOf('\n', end - 1) + 1;
  if (from === 0 || to < from) return unknown(node);
  const blanks = code.text.slice(to, end);
  const literal = literalOf(`ex ${isRaw ? 'raw' : ''}heredoc ${blanks}`, (sql) => {
    if (isRaw && sql.includes('"""')) return undefined;
    const written = isRaw ? sql : sql.replace(/\\|#(?=\{)|"(?="")/gu, '\\$&');
    return written.replace(/(?<=\n)(?=[^\r\n])/gu, blanks);
  });
  return text(node, piecesOf(code.text, { from, to, specials, literal, indent: blanks.length, ownLines: true }), { from, to, close: node.end });
}

function escaped(sql: string): string {
  return sql.replace(/["\\]|#(?=\{)/gu, '\\$&').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', s: ' ', b: '\b', f: '\f', v: '\v', a: '\x07', e: '\x1b', 0: '\0', d: '\x7f' };

function unescaped(escape: string): string {
  const second = escape.slice(1);
  const hex = /^(?:x([\da-f]{2})|u([\da-f]{4})|[xu]\{([\da-f]+)\})$/iu.exec(second);
  if (hex !== null) {
    const point = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  return SIMPLE[second] ?? (/^[\r\n]/u.test(second) ? '' : second);
}
