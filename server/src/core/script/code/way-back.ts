import type { FileEdit, WayBack } from '../script';
import type { Language, Source } from './language';
import { namedChildren, type CodeNode } from './node';
import type { Invocation } from './value';
import { withArgument } from './ddl';

/** How a tool's files say what takes them back. */
export interface TakesBack {
  /** What runs some SQL, `{}` for its literal and `{p}` for the first parameter of the function, e.g. `await {p}.raw({});`. */
  readonly run: string;
  /** The tool's own words for the simplest ways back: `{t}`, `{c}` and `{i}` stand for names as literals. */
  readonly words?: { readonly dropTable?: string; readonly dropColumn?: string; readonly dropIndex?: string };
}

/** A function of a migration that takes the schema forward or back. */
export interface Defined {
  readonly name: string;
  readonly direction: 'up' | 'down';
  readonly node: CodeNode;
  readonly body: CodeNode;
}

/** The way back of a file that has a function for each direction; undefined for one without a function that goes forward. */
export function functionWayBack(functions: readonly Defined[], takes: TakesBack, code: Source, language: Language): WayBack | undefined {
  const up = functions.find(({ direction }) => direction === 'up');
  if (up === undefined) return undefined;
  const down = functions.find(({ direction }) => direction === 'down');
  return {
    whole: true,
    exists: down !== undefined && (isExpression(down, language) || doesSomething(down)),
    write(statements) {
      const edit = down === undefined ? withFunction(up, statements, takes, code, language) : withBody(down, up, statements, takes, code, language);
      return { edits: edit === undefined ? [] : [edit] };
    },
  };
}

/** The way back of a file whose one function the tool runs backwards as far as it can: it becomes two where it cannot. */
export function changeWayBack(found: readonly Reversed[], functions: readonly Defined[], takes: TakesBack, code: Source, language: Language): WayBack | undefined {
  const change = functions.find(({ name }) => name === 'change');
  if (change === undefined) return undefined;
  return {
    exists: found.every(({ direction, reverses }) => direction === 'down' || reverses === true),
    whole: true,
    byTool: true,
    write(statements) {
      const down = withFunction(change, statements, takes, code, language);
      const name = code.text.indexOf('change', change.node.start);
      return { edits: down === undefined ? [] : [{ offset: name, length: 'change'.length, text: 'up', inFile: true } satisfies FileEdit, down] };
    },
  };
}

/** What a tool sends, and whether it takes that back by itself. */
interface Reversed {
  readonly direction: 'up' | 'down';
  readonly reverses?: boolean;
  readonly call: Invocation;
}

/** The way back of calls that each say their own, in one more argument: written where one of them does not. */
export function argumentWayBack(found: readonly Reversed[], argument: (statements: readonly string[], call: Invocation) => string, code: Source): WayBack {
  const missing = [...new Set(found.filter(({ direction, reverses }) => direction === 'up' && reverses !== true).map(({ call }) => call))];
  const [call, ...more] = missing;
  return {
    exists: call === undefined,
    byTool: true,
    write(statements) {
      const sql = statements.filter((statement) => !statement.startsWith('--'));
      if (call === undefined || more.length > 0 || sql.length === 0) return { edits: [] };
      const { offset, length } = call.span;
      return { edits: [{ offset, length, text: withArgument(call, argument(sql, call), code), inFile: true } satisfies FileEdit] };
    },
  };
}

/** An arrow function may give back what it does without a block. */
function isExpression({ body }: Defined, language: Language): boolean {
  return !language.blocks.has(body.type) && !/block|body|statement/u.test(body.type) && body.type !== 'method';
}

const NOTHING: ReadonlySet<string> = new Set(['pass_statement', 'empty_statement']);

function statementsOf({ body, node }: Defined): readonly CodeNode[] {
  // Ruby's methods have no body where they do nothing.
  return body === node ? [] : namedChildren(body).filter(({ type }) => type !== 'block_comment' && type !== 'line_comment');
}

function doesSomething(defined: Defined): boolean {
  return statementsOf(defined).some((statement) => !NOTHING.has(statement.type) && !(statement.type === 'return_statement' && namedChildren(statement).length === 0) && !isWord(statement));
}

/** A text that only documents, or `nil`. */
function isWord({ type, children }: CodeNode): boolean {
  return type === 'nil' || (type === 'expression_statement' && children.length === 1 && children[0]?.type === 'string');
}

/** A function for the way back, behind the one that goes forward and with its head. */
function withFunction(up: Defined, statements: readonly string[], takes: TakesBack, code: Source, language: Language): FileEdit | undefined {
  const { text } = code;
  const { node, name } = up;
  const eol = eolOf(text);
  const indent = indentAt(text, node.start);
  const other = DOWN[name];
  const head = headOf(up, code);
  const lines = linesOf(up, parameterOf(up, code), statements, takes, code, language);
  if (other === undefined || head === undefined || lines === undefined || up.body === node) return undefined;
  const whole = statementOf(node);
  const renamed = (text.slice(whole.start, node.start) + head).replace(new RegExp(String.raw`\b${name}\b(?!.*\b${name}\b)`, 'su'), other);
  const body = enclosed(lines, up, code, indent, eol);
  const own = asynchronous(renamed, lines);
  const end = whole !== node && text.charAt(whole.end - 1) === ';' ? ';' : '';
  return { offset: whole.end, length: 0, text: `${node.parent?.type === 'object' ? ',' : ''}${eol}${eol}${indent}${/^\s/u.test(body) ? own.trimEnd() : own}${body}${end}`, inFile: true };
}

/** The statement that a function is given its name in, with `export`; the definition itself where it stands alone. */
function statementOf(node: CodeNode): CodeNode {
  const { parent } = node;
  return parent !== undefined && /^(?:expression_statement|lexical_declaration|variable_declaration|export_statement)$/u.test(parent.type) ? statementOf(parent) : node;
}

const DOWN: Readonly<Record<string, string>> = { up: 'down', Up: 'Down', upgrade: 'downgrade', change: 'down' };

/** What stands before the body: `exports.up = async (knex) => `. */
function headOf({ node, body, name }: Defined, { text }: Source): string | undefined {
  const head = text.slice(node.start, body.start).replace(/\s+$/u, ' ');
  return head.includes(name) ? head : undefined;
}

/** What waits for a query has to be asynchronous. */
function asynchronous(head: string, body: string): string {
  if (!/\bawait\b/u.test(body) || /\basync\b/u.test(head)) return head;
  if (/=>\s*$/u.test(head)) return head.replace(/(\([^()]*\)|\w+)\s*=>\s*$/u, 'async $1 => ');
  if (/\bfunction\b/u.test(head)) return head.replace(/\bfunction\b/u, 'async function');
  return head.replace(/\b(down)\s*\(/u, 'async $1(');
}

/** The body of a function that does nothing, with something in it. */
function withBody(down: Defined, up: Defined, statements: readonly string[], takes: TakesBack, code: Source, language: Language): FileEdit | undefined {
  const { text, path } = code;
  const eol = eolOf(text);
  const { node, body } = down;
  const lines = linesOf(up, parameterOf(down, code), statements, takes, code, language);
  if (lines === undefined) return undefined;
  const indent = indentAt(text, node.start);
  if (body !== node) {
    if (/\bawait\b/u.test(lines) && !/\basync\b/u.test(text.slice(statementOf(node).start, body.start))) return undefined;
    const isIndented = /\.(?:py|rb)$/u.test(path);
    return { offset: body.start, length: body.end - body.start, text: isIndented ? lines.trimStart() : enclosed(lines, down, code, indent, eol).trimStart(), inFile: true };
  }
  const head = /^[^\r\n;]*/u.exec(text.slice(node.start, node.end))?.[0].replace(/\s*\bend$/u, '') ?? '';
  return { offset: node.start, length: node.end - node.start, text: `${head}${eol}${lines}${eol}${indent}end`, inFile: true };
}

/** Lines that run some statements, indented as the body of the function that goes forward. */
function linesOf(up: Defined, parameter: string | undefined, statements: readonly string[], { run, words = {} }: TakesBack, { text, path }: Source, language: Language): string | undefined {
  if (run.includes('{p}') && parameter === undefined) return undefined;
  const [first] = statementsOf(up);
  const indent = indentAt(text, up.node.start);
  const own = first === undefined ? '' : indentAt(text, first.start);
  const inner = own.length > indent.length && own.startsWith(indent) ? own : `${indent}${/\.(?:py|php|cs)$/u.test(path) ? '    ' : '  '}`;
  const comment = /\.(?:rb|py|exs?)$/u.test(path) ? '#' : '//';
  const filled = (template: string, names: Readonly<Record<string, string | undefined>>): string =>
    template.replace(/\{(\w)\}/gu, (_, key: string) => (key === 'p' ? (parameter ?? '') : language.quote(names[key] ?? '', inner)));
  return statements
    .map((sql) => {
      if (sql.startsWith('--')) return `${comment}${sql.slice(2)}`;
      const simple = simplest(sql);
      const template = simple === undefined ? undefined : words[simple.what];
      return template !== undefined && simple !== undefined ? filled(template, simple.names) : filled(run.replace('{}', '{s}'), { s: sql });
    })
    .map((line) => inner + line)
    .join('\n')
    .replaceAll('\n', eolOf(text));
}

/** Lines as the body of a function. */
function enclosed(lines: string, { node, body }: Defined, { text, path }: Source, indent: string, eol: string): string {
  if (path.endsWith('.py')) return `${eol}${lines}`;
  if (path.endsWith('.rb')) return `${eol}${lines}${eol}${indent}end`;
  if (/\.exs?$/u.test(path)) return `do${eol}${lines}${eol}${indent}end`;
  // PHP and C# have their brace on a line of its own.
  return `${/\n[ \t]*$/u.test(text.slice(node.start, body.start)) ? `${eol}${indent}` : ''}{${eol}${lines}${eol}${indent}}`;
}

function eolOf(text: string): string {
  return /\r\n|\n/u.exec(text)?.[0] ?? '\n';
}

/** The name of the first parameter, which stands for the connection. */
function parameterOf({ node, body }: Defined, { text, path }: Source): string | undefined {
  const head = text.slice(node.start, body.start);
  if (path.endsWith('.cs')) return /\(\s*[\w.]+\s+(\w+)/u.exec(head)?.[1];
  return /\(\s*(\w+)|\b(\w+)\s*=>/u.exec(head)?.slice(1).find(Boolean);
}

const NAME = String.raw`(?:"((?:[^".])+)"|([a-z_][a-z_0-9]*))`;
const SIMPLE: readonly (readonly ['dropTable' | 'dropColumn' | 'dropIndex', RegExp])[] = [
  ['dropTable', new RegExp(`^DROP TABLE ${NAME}$`, 'u')],
  ['dropColumn', new RegExp(`^ALTER TABLE ${NAME} DROP COLUMN ${NAME}$`, 'u')],
  ['dropIndex', new RegExp(`^DROP INDEX ${NAME}$`, 'u')],
];

function simplest(sql: string): { readonly what: 'dropTable' | 'dropColumn' | 'dropIndex'; readonly names: Readonly<Record<string, string | undefined>> } | undefined {
  for (const [what, pattern] of SIMPLE) {
    const [, quoted, plain, column, plainColumn] = pattern.exec(sql) ?? [];
    const name = quoted ?? plain;
    if (name !== undefined) return { what, names: { t: name, i: name, c: column ?? plainColumn } };
  }
  return undefined;
}

function indentAt(text: string, offset: number): string {
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/u.exec(text.slice(line, offset))?.[0] ?? '';
}
