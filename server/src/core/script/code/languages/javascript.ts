import { call, concatenated, dict, field, inner, lambda, list, named, namedChildren, number, operation, resolved, scalar, text, textOf, through, unknown, type Language, type Source } from '../language';
import type { CodeNode } from '../node';
import { literalOf, piecesOf, type Special } from '../text';
import type { Value } from '../value';

/** JavaScript and TypeScript. */
export const javascript: Language = {
  value,
  definition(node, code) {
    if (!DEFINITIONS.has(node.type)) return undefined;
    const body = field(node, 'body');
    const name = field(node, 'name') ?? field(node, 'key') ?? field(node, 'left') ?? field(node, 'property');
    if (name === undefined) return undefined;
    if ((node.type === 'method_definition' || node.type === 'function_declaration') && body !== undefined) return { name: textOf(code, name), body };
    const given = field(node, 'value') ?? field(node, 'right');
    const own = given !== undefined && FUNCTIONS.has(given.type) ? field(given, 'body') : undefined;
    // `exports.up = …`, `module.exports.up = …`, `const up = …`, `up: …`, `up = async () => …` in a class.
    return own === undefined ? undefined : { name: textOf(code, name).replace(/^(?:module\.)?exports\./u, ''), body: own };
  },
  calls: new Set(['call_expression', 'new_expression']),
  uncertain: new Set(['if_statement', 'for_statement', 'for_in_statement', 'while_statement', 'do_statement', 'switch_statement', 'ternary_expression', 'catch_clause']),
  blocks: new Set(['program', 'statement_block', 'class_body']),
  statements: new Set(['expression_statement', 'return_statement']),
  quote(sql, indent) {
    if (sql.includes('\n')) return `\`\n${indented(template(sql), `${indent}  `)}\n${indent}\``;
    if (!sql.includes("'") && !sql.includes('\\')) return `'${sql}'`;
    return `\`${template(sql)}\``;
  },
};

const DEFINITIONS: ReadonlySet<string> = new Set(['method_definition', 'function_declaration', 'generator_function_declaration', 'variable_declarator', 'assignment_expression', 'pair', 'public_field_definition', 'field_definition']);

function indented(sql: string, indent: string): string {
  return sql.replace(/^(?=.)/gmu, indent);
}

const FUNCTIONS: ReadonlySet<string> = new Set(['arrow_function', 'function_expression', 'function', 'generator_function']);

function value(node: CodeNode, code: Source): Value {
  switch (node.type) {
    case 'string':
    case 'template_string':
      return quoted(node, code);
    case 'binary_expression':
      return operation(node, code, javascript, { joining: ['+'] });
    case 'parenthesized_expression':
    case 'await_expression':
    case 'as_expression':
    case 'satisfies_expression':
    case 'non_null_expression':
    case 'return_statement':
    case 'expression_statement':
      return through(node, inner(node), code, javascript);
    case 'call_expression':
      return callOf(node, code);
    case 'new_expression': {
      const made = field(node, 'constructor');
      return made === undefined ? unknown(node) : call(node, made, code, { args: argumentsOf(field(node, 'arguments'), code) });
    }
    case 'array':
      return list(node, namedChildren(node).map((item) => value(item, code)));
    case 'object':
      return dict(node, entriesOf(node, code));
    case 'identifier':
      return resolved(node, textOf(code, node), code, javascript);
    case 'member_expression':
      return memberOf(node, code);
    case 'number':
      return number(node, code);
    case 'true':
    case 'false':
      return scalar(node, node.type === 'true');
    case 'null':
    case 'undefined':
      return scalar(node, null);
    case 'arrow_function':
    case 'function_expression':
    case 'function':
      return lambda(node, parametersOf(node, code), field(node, 'body'));
    default:
      return unknown(node);
  }
}

function memberOf(node: CodeNode, code: Source): Value {
  const object = field(node, 'object');
  const property = field(node, 'property');
  if (object === undefined || property === undefined) return unknown(node);
  if (object.type === 'this') return named(node, `this.${textOf(code, property)}`);
  const on = value(object, code);
  if (on.kind === 'name') return named(node, `${on.name}.${textOf(code, property)}`);
  if (on.kind === 'call') return named(node, `${on.name}().${textOf(code, property)}`);
  return named(node, textOf(code, node));
}

function callOf(node: CodeNode, code: Source): Value {
  const called = field(node, 'function');
  const given = field(node, 'arguments');
  if (called === undefined || given === undefined) return unknown(node);
  // A tagged template, sql`…`.
  const args = given.type === 'template_string' ? [value(given, code)] : argumentsOf(given, code);
  if (called.type !== 'member_expression') return call(node, called, code, { args });
  const name = field(called, 'property');
  const object = field(called, 'object');
  if (name === undefined || object === undefined) return unknown(node);
  const receiver = object.type === 'this' ? named(object, 'this') : value(object, code);
  // "…".trim(), and [ … ].join('\n')
  if (receiver.kind === 'text' && textOf(code, name) === 'trim') return { ...receiver, node, span: { offset: node.start, length: node.end - node.start } };
  if (receiver.kind === 'list' && textOf(code, name) === 'join' && args[0]?.kind === 'text') {
    const [separator] = args;
    return concatenated(node, receiver.items.flatMap((item, index) => (index === 0 ? [item] : [separator, item])), code);
  }
  return call(node, name, code, { receiver, args });
}

function argumentsOf(node: CodeNode | undefined, code: Source): Value[] {
  return node === undefined ? [] : namedChildren(node).map((argument) => value(argument, code));
}

function entriesOf(node: CodeNode, code: Source): Map<string, Value> {
  const entries = new Map<string, Value>();
  for (const member of namedChildren(node)) {
    const key = field(member, 'key');
    const given = field(member, 'value');
    if (member.type === 'pair' && key !== undefined && given !== undefined) entries.set(textOf(code, key).replace(/^['"]|['"]$/gu, ''), value(given, code));
    else if (member.type === 'shorthand_property_identifier') entries.set(textOf(code, member), named(member, textOf(code, member)));
    else if (member.type === 'spread_element') entries.set('...', unknown(member));
  }
  return entries;
}

function parametersOf(node: CodeNode, code: Source): string[] {
  const one = field(node, 'parameter');
  if (one !== undefined) return [textOf(code, one)];
  const many = field(node, 'parameters');
  return many === undefined ? [] : namedChildren(many).map((parameter) => textOf(code, field(parameter, 'pattern') ?? parameter).replace(/[:=].*$/su, '').trim());
}

function quoted(node: CodeNode, code: Source): Value {
  const quote = code.text.charAt(node.start);
  const closed = node.end - node.start >= 2 && node.children.at(-1)?.named === false;
  const specials = node.children.flatMap((child): Special[] => {
    if (child.type === 'escape_sequence') return [{ start: child.start, end: child.end, means: unescaped(textOf(code, child)) }];
    if (child.type === 'template_substitution') return [{ start: child.start, end: child.end, means: undefined }];
    return [];
  });
  const frame = { from: node.start + 1, to: closed ? node.end - 1 : node.end, close: node.end };
  return text(node, piecesOf(code.text, { ...frame, specials, literal: LITERALS[quote] ?? SINGLE }), frame);
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0' };

function unescaped(escape: string): string {
  const code = /^\\(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]+)\})$/iu.exec(escape);
  if (code !== null) return codePoint(code[1] ?? code[2] ?? code[3] ?? '');
  const second = escape.slice(1);
  // A line end after a backslash goes.
  return SIMPLE[second] ?? (/^[\r\n\u2028\u2029]/u.test(second) ? '' : second);
}

function codePoint(hex: string): string {
  const point = Number.parseInt(hex, 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
}

function template(sql: string): string {
  return sql.replace(/[\\`]|\$(?=\{)/gu, '\\$&');
}

const lineEscapes = (sql: string): string => sql.replaceAll('\r', '\\r').replaceAll('\n', '\\n');

const SINGLE = literalOf("js '", (sql) => lineEscapes(sql.replace(/[\\']/gu, '\\$&')));
const LITERALS: Readonly<Record<string, typeof SINGLE>> = {
  "'": SINGLE,
  '"': literalOf('js "', (sql) => lineEscapes(sql.replace(/[\\"]/gu, '\\$&'))),
  '`': literalOf('js `', template),
};
