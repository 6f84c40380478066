import { call, concatenated, dict, field, inner, lambda, list, named, namedChildren, number, operation, resolved, scalar, text, textOf, through, unknown, type Language, type Source } from '../language';
import { descendants, type CodeNode } from '../node';
import { commonIndent, literalOf, piecesOf, type Special } from '../text';
import type { Lambda, Value } from '../value';

/** Ruby. */
export const ruby: Language = {
  value,
  definition(node, code) {
    if (node.type !== 'method' && node.type !== 'singleton_method') return undefined;
    const name = field(node, 'name');
    if (name === undefined) return undefined;
    return { name: textOf(code, name), body: field(node, 'body') ?? node };
  },
  calls: new Set(['call']),
  uncertain: new Set(['if', 'unless', 'while', 'until', 'for', 'case', 'if_modifier', 'unless_modifier', 'conditional', 'rescue']),
  blocks: new Set(['program', 'body_statement', 'block_body', 'then']),
  statements: new Set(['call']),
  quote(sql, indent) {
    if (!sql.includes('\n')) return `"${sql.replace(/["\\]|#(?=[{$@])/gu, '\\$&')}"`;
    return `<<~SQL\n${sql.replace(/\\|#(?=[{$@])/gu, '\\$&').replace(/^(?=.)/gmu, `${indent}  `)}\n${indent}SQL`;
  },
};

function value(node: CodeNode, code: Source): Value {
  switch (node.type) {
    case 'string':
      return quoted(node, code);
    case 'heredoc_beginning':
      return heredoc(node, code);
    case 'chained_string':
      return concatenated(node, namedChildren(node).map((part) => value(part, code)), code);
    case 'binary':
      return operation(node, code, ruby, { joining: ['+', '<<'], formatting: '%' });
    case 'parenthesized_statements':
      return through(node, inner(node), code, ruby);
    case 'call':
      return callOf(node, code);
    case 'array':
    case 'symbol_array':
    case 'string_array':
      return list(node, namedChildren(node).map((item) => value(item, code)));
    case 'bare_symbol':
    case 'bare_string':
      return scalar(node, textOf(code, node), true);
    case 'simple_symbol':
      return scalar(node, textOf(code, node).slice(1), true);
    case 'delimited_symbol':
      return scalar(node, textOf(code, node).slice(2, -1), true);
    case 'hash':
      return dict(node, pairsOf(namedChildren(node), code));
    case 'identifier':
      return resolved(node, textOf(code, node), code, ruby);
    case 'constant':
      return resolved(node, textOf(code, node), code, ruby);
    case 'integer':
    case 'float':
      return number(node, code);
    case 'true':
    case 'false':
      return scalar(node, node.type === 'true');
    case 'nil':
      return scalar(node, null);
    case 'lambda':
    case 'block':
    case 'do_block':
      return block(node, code);
    default:
      return unknown(node);
  }
}

/** What leaves a text the same, as far as SQL is concerned. */
const TEXT_METHODS: ReadonlySet<string> = new Set(['squish', 'strip', 'freeze', 'chomp', 'strip_heredoc', 'dup', 'html_safe']);

function callOf(node: CodeNode, code: Source): Value {
  const name = field(node, 'method');
  const object = field(node, 'receiver');
  if (name === undefined) return unknown(node);
  const receiver = object === undefined ? undefined : value(object, code);
  if (receiver?.kind === 'text' && TEXT_METHODS.has(textOf(code, name))) return { ...receiver, node };
  const given = namedChildren(field(node, 'arguments') ?? node).filter((child) => field(node, 'arguments') !== undefined || child.field === undefined);
  const options = pairsOf(given, code);
  const args = given.filter(({ type }) => type !== 'pair' && type !== 'hash_splat_argument' && type !== 'block_argument').map((argument) => value(argument, code));
  const own = field(node, 'block');
  // A hash at the end is options too.
  const last = args.at(-1);
  if (last?.kind === 'dict') for (const [key, is] of last.entries) options.set(key, is);
  return call(node, name, code, { receiver, args: last?.kind === 'dict' ? args.slice(0, -1) : args, named: options, block: own === undefined ? undefined : block(own, code) });
}

function block(node: CodeNode, code: Source): Lambda {
  const parameters = field(node, 'parameters');
  return lambda(node, parameters === undefined ? [] : namedChildren(parameters).map((parameter) => textOf(code, parameter)), field(node, 'body'));
}

function pairsOf(nodes: readonly CodeNode[], code: Source): Map<string, Value> {
  const entries = new Map<string, Value>();
  for (const pair of nodes) {
    const [key, given] = [field(pair, 'key'), field(pair, 'value')];
    if (pair.type === 'pair' && key !== undefined) entries.set(textOf(code, key).replace(/^[:'"]+|['"]+$/gu, ''), given === undefined ? named(pair, textOf(code, key)) : value(given, code));
    else if (pair.type === 'hash_splat_argument') entries.set('...', unknown(pair));
  }
  return entries;
}

/** The escapes of '…': the grammar leaves them to the reader. */
function rawEscapes(from: number, to: number, { text: source }: Source): Special[] {
  return [...source.slice(from, to).matchAll(/\\[\\']/gu)].map(({ index, 0: written }) => ({ start: from + index, end: from + index + 2, means: written.slice(1) }));
}

function specialsOf(node: CodeNode, code: Source): Special[] {
  return node.children.flatMap((child): Special[] => {
    if (child.type === 'interpolation') return [{ start: child.start, end: child.end, means: undefined }];
    if (child.type !== 'escape_sequence') return [];
    const written = textOf(code, child);
    return [{ start: child.start, end: child.end, means: unescaped(written) }];
  });
}

function quoted(node: CodeNode, code: Source): Value {
  const [open] = node.children;
  const close = node.children.length > 1 ? node.children.at(-1) : undefined;
  if (open === undefined) return unknown(node);
  const mark = textOf(code, open);
  const isRaw = mark === "'" || mark.startsWith('%q');
  const isClosed = close !== undefined && !close.named;
  const frame = { from: open.end, to: isClosed ? close.start : node.end, close: node.end };
  return text(node, piecesOf(code.text, { ...frame, specials: isRaw ? rawEscapes(frame.from, frame.to, code) : specialsOf(node, code), literal: literal(mark, isClosed ? textOf(code, close) : mark, isRaw) }), frame);
}

/** The strings' delimiters nest only in ways that a rewrite would have to count: it is not written into such strings where they occur. */
function literal(open: string, close: string, isRaw: boolean) {
  const isPercent = open.startsWith('%');
  return literalOf(`rb ${open}`, (sql) => {
    if (isPercent && (sql.includes(close) || sql.includes(open.slice(-1)))) return undefined;
    if (isRaw) return sql.replace(isPercent ? /\\/gu : /[\\']/gu, '\\$&');
    return sql.replace(isPercent ? /\\|#(?=[{$@])/gu : /["\\]|#(?=[{$@])/gu, '\\$&');
  });
}

/** A heredoc stands where it begins; its body comes behind the line. */
function heredoc(node: CodeNode, code: Source): Value {
  const body = bodyOf(node, code);
  const mark = textOf(code, node);
  if (body === undefined) return unknown(node);
  const isRaw = mark.endsWith("'");
  const squiggly = mark.startsWith('<<~');
  const from = code.text.indexOf('\n', body.start) + 1;
  const end = body.children.find(({ type }) => type === 'heredoc_end');
  const to = end === undefined ? body.end : code.text.lastIndexOf('\n', end.start - 1) + 1;
  if (from === 0 || to < from) return unknown(node);
  const lines = code.text.slice(from, to).split('\n');
  const indent = squiggly ? commonIndent(lines) : 0;
  const blanks = squiggly ? (/^[ \t]*/u.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0].slice(0, indent) ?? '') : '';
  const made = literalOf(`rb ${isRaw ? 'raw' : ''}heredoc ${blanks}`, (sql) => {
    const escaped = isRaw ? sql : sql.replace(/\\|#(?=[{$@])/gu, '\\$&');
    return escaped.replace(/(?<=\n)(?=[^\r\n])/gu, blanks);
  });
  const specials = isRaw ? [] : specialsOf(body, code);
  return text(node, piecesOf(code.text, { from, to, specials, literal: made, indent, ownLines: true }), { from, to, close: end?.end ?? body.end });
}

/** The body that belongs to a beginning: they come in the same order. */
function bodyOf(node: CodeNode, code: Source): CodeNode | undefined {
  const known = heredocs.get(code.root) ?? pairHeredocs(code.root);
  heredocs.set(code.root, known);
  return known.get(node);
}

const heredocs = new WeakMap<CodeNode, ReadonlyMap<CodeNode, CodeNode>>();

function pairHeredocs(root: CodeNode): ReadonlyMap<CodeNode, CodeNode> {
  const beginnings: CodeNode[] = [];
  const pairs = new Map<CodeNode, CodeNode>();
  for (const node of descendants(root)) {
    if (node.type === 'heredoc_beginning') beginnings.push(node);
    if (node.type !== 'heredoc_body') continue;
    const own = beginnings.shift();
    if (own !== undefined) pairs.set(own, node);
  }
  return pairs;
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', s: ' ', b: '\b', f: '\f', v: '\v', a: '\x07', e: '\x1b', 0: '\0' };

function unescaped(escape: string): string {
  const second = escape.slice(1);
  const hex = /^(?:x([\da-f]{1,2})|u([\da-f]{4})|u\{([\da-f]+)\})$/iu.exec(second);
  if (hex !== null) {
    const point = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '0', 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  return SIMPLE[second] ?? (/^[\r\n]/u.test(second) ? '' : second);
}
