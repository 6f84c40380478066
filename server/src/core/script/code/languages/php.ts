import { call, dict, field, functionOf, labelled, lambda, list, named, namedChildren, number, operation, resolved, scalar, text, textOf, through, unknown, type Language, type Source } from '../language';
import type { CodeNode } from '../node';
import { literalOf, piecesOf, type Special } from '../text';
import type { Value } from '../value';

/** PHP. */
export const php: Language = {
  value,
  definition(node, code) {
    return functionOf(node, code, 'method_declaration');
  },
  calls: new Set(['scoped_call_expression', 'member_call_expression', 'function_call_expression']),
  uncertain: new Set(['if_statement', 'for_statement', 'foreach_statement', 'while_statement', 'do_statement', 'switch_statement', 'conditional_expression', 'try_statement']),
  blocks: new Set(['program', 'compound_statement']),
  statements: new Set(['expression_statement']),
  quote(sql, indent) {
    if (!sql.includes('\n')) return sql.includes("'") && !/["\\$]/u.test(sql) ? `"${sql}"` : `'${sql.replace(/[\\']/gu, '\\$&')}'`;
    return `<<<'SQL'\n${sql.replace(/^(?=.)/gmu, `${indent}    `)}\n${indent}    SQL`;
  },
};

function value(node: CodeNode, code: Source): Value {
  switch (node.type) {
    case 'string':
    case 'encapsed_string':
      return quoted(node, code);
    case 'heredoc':
    case 'nowdoc':
      return heredoc(node, code);
    case 'binary_expression':
      return operation(node, code, php, { joining: ['.'] });
    case 'argument':
    case 'parenthesized_expression':
    case 'expression_statement':
    case 'array_element_initializer':
      return through(node, namedChildren(node).at(-1), code, php);
    case 'scoped_call_expression':
    case 'member_call_expression':
    case 'function_call_expression':
      return callOf(node, code);
    case 'array_creation_expression': {
      const items = namedChildren(node);
      const entries = new Map<string, Value>();
      for (const item of items) {
        const [key, given, ...more] = namedChildren(item);
        if (key !== undefined && given !== undefined && more.length === 0) entries.set(textOf(code, key).replace(/^['"]|['"]$/gu, ''), value(given, code));
      }
      return entries.size > 0 ? dict(node, entries) : list(node, items.map((item) => value(item, code)));
    }
    case 'variable_name':
      return resolved(node, textOf(code, node), code, php);
    case 'name':
    case 'qualified_name':
    case 'class_constant_access_expression':
      return named(node, textOf(code, node));
    case 'integer':
    case 'float':
      return number(node, code);
    case 'boolean':
      return scalar(node, textOf(code, node).toLowerCase() === 'true');
    case 'null':
      return scalar(node, null);
    case 'anonymous_function':
    case 'anonymous_function_creation_expression':
    case 'arrow_function':
      return lambda(node, parametersOf(node, code), field(node, 'body'));
    default:
      return unknown(node);
  }
}

function parametersOf(node: CodeNode, code: Source): string[] {
  const parameters = field(node, 'parameters');
  return parameters === undefined ? [] : namedChildren(parameters).map((parameter) => textOf(code, field(parameter, 'name') ?? parameter));
}

function callOf(node: CodeNode, code: Source): Value {
  const name = field(node, 'name') ?? field(node, 'function');
  const given = field(node, 'arguments');
  const on = field(node, 'scope') ?? field(node, 'object');
  if (name === undefined || given === undefined) return unknown(node);
  const { args, named: options } = labelled(given, code, php);
  const [first] = args;
  // sprintf('… %s …', $name): what is put in stays a placeholder.
  if (first?.kind === 'text' && on === undefined && ['sprintf', 'trim', 'vsprintf'].includes(textOf(code, name))) return first;
  // DB::raw('…')
  if (first?.kind === 'text' && on !== undefined && textOf(code, on).endsWith('DB') && textOf(code, name) === 'raw') return first;
  return call(node, name, code, { receiver: on === undefined ? undefined : value(on, code), args, named: options });
}

function specialsOf(node: CodeNode, code: Source): Special[] {
  const specials: Special[] = [];
  let brace: CodeNode | undefined;
  for (const child of node.children) {
    if (brace !== undefined) {
      if (textOf(code, child) === '}') {
        specials.push({ start: brace.start, end: child.end, means: undefined });
        brace = undefined;
      }
      continue;
    }
    if (child.type === '{' || child.type === '${') brace = child;
    else if (child.type === 'escape_sequence') specials.push({ start: child.start, end: child.end, means: unescaped(textOf(code, child)) });
    else if (child.named && !child.type.startsWith('string') && !child.type.startsWith('nowdoc')) specials.push({ start: child.start, end: child.end, means: undefined });
  }
  return specials;
}

function quoted(node: CodeNode, code: Source): Value {
  const quote = code.text.charAt(node.start);
  const closed = node.end - node.start >= 2 && node.children.at(-1)?.named === false;
  const frame = { from: node.start + 1, to: closed ? node.end - 1 : node.end, close: node.end };
  const specials = specialsOf(node, code).map((special) => (quote === "'" && special.means !== undefined ? { ...special, means: rawEscape(code.text.slice(special.start, special.end)) } : special));
  return text(node, piecesOf(code.text, { ...frame, specials, literal: quote === "'" ? SINGLE : DOUBLE }), frame);
}

const SINGLE = literalOf("php '", (sql) => sql.replace(/[\\']/gu, '\\$&'));
const DOUBLE = literalOf('php "', (sql) => sql.replace(/["\\$]/gu, '\\$&'));

/** The content of a heredoc is indented as its end is (manual, "Heredoc"). */
function heredoc(node: CodeNode, code: Source): Value {
  const end = field(node, 'end_tag') ?? node.children.find(({ type }) => type === 'heredoc_end');
  const body = field(node, 'value');
  const first = code.text.indexOf('\n', node.start) + 1;
  if (end === undefined || first === 0 || first > end.start) return unknown(node);
  const lineOfEnd = code.text.lastIndexOf('\n', end.start - 1) + 1;
  // The line end before the closing line is not part of the text.
  const to = Math.max(first, lineOfEnd - (code.text.charAt(lineOfEnd - 2) === '\r' ? 2 : 1));
  const blanks = code.text.slice(lineOfEnd, end.start);
  const isRaw = node.type === 'nowdoc';
  const made = literalOf(`php ${node.type} ${blanks}`, (sql) => {
    const escaped = isRaw ? sql : sql.replace(/[\\$]/gu, '\\$&');
    return escaped.replace(/(?<=\n)(?=[^\r\n])/gu, blanks);
  });
  const frame = { from: first, to, close: node.end };
  const specials = isRaw || body === undefined ? [] : specialsOf(body, code);
  return text(node, piecesOf(code.text, { from: first, to, specials, literal: made, indent: blanks.length, ownLines: true }), frame);
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', e: '\x1b', f: '\f' };

function unescaped(escape: string): string {
  const second = escape.slice(1);
  const hex = /^(?:x([\da-f]{1,2})|u\{([\da-f]+)\})$/iu.exec(second);
  if (hex !== null) {
    const point = Number.parseInt(hex[1] ?? hex[2] ?? '0', 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  if (/^[0-7]{1,3}$/u.test(second)) return String.fromCharCode(Number.parseInt(second, 8) % 256);
  return SIMPLE[second] ?? (/^[\\$"]$/u.test(second) ? second : escape);
}

function rawEscape(escape: string): string {
  return escape === '\\\\' || escape === "\\'" ? escape.slice(1) : escape;
}

