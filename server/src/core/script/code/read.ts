import type { Span } from '../../text';
import { chunkAt } from '../../sql/postgres/chunk';
import { neutralised } from '../psql';
import type { Direction, Doubt, Literal, Opaque, Run, Script, Segment, ToolFile, WayBack, Wrapper } from '../script';
import { callOf, countCalls } from './call';
import { doubtOf } from './doubt';
import type { CodeReading, Found, Region, Scope, Unsure } from './found';
import { parseCode } from './grammars';
import { textOf, type Language, type Source } from './language';
import { languageFor } from './languages';
import { codeTree, field, type CodeNode } from './node';
import type { Invocation, Text, Value } from './value';
import { changeWayBack, functionWayBack, type Defined } from './way-back';

/** The SQL of a code file, in the order of the file. Never throws; a file whose grammar is not loaded has none. */
export function readCode(file: ToolFile, reading: CodeReading): Script {
  const { tool } = reading;
  const language = languageFor(file.path);
  const tree = language === undefined ? undefined : parseCode(file.path, file.text);
  if (language === undefined || tree === undefined) return { tool, segments: [], problems: [], embedded: { text: '', runs: [] } };
  try {
    const code = sourceOf(file, codeTree(tree, file.text));
    const walk = new Walk(reading, language, code, file.path);
    const found = walk.found();
    const around: Record<Direction, Wrapper> = { up: reading.wrapper('up', walk.bodies, file.text, file), down: reading.wrapper('down', walk.bodies, file.text, file) };
    const wayBack = wayBackOf(found.filter((one) => one.sql !== undefined), walk.functions, reading, code, language);
    return { tool, problems: [], ...assembled(found, around, reading, language, code), ...(wayBack !== undefined && { wayBack }) };
  } catch (error) {
    // An expression that puts thousands of strings together is nested that deeply.
    if (!(error instanceof RangeError)) throw error;
    const problems = [{ message: 'The code is nested too deeply to be analysed.', span: { offset: 0, length: 0 } }];
    return { tool, segments: [], problems, embedded: { text: '', runs: [] } };
  }
}

function wayBackOf(found: readonly Found[], functions: readonly Defined[], { takesBack, wayBack }: CodeReading, code: Source, language: Language): WayBack | undefined {
  const own = wayBack?.(found, code, language, functions);
  if (own !== undefined || takesBack === undefined) return own;
  const takes = typeof takesBack === 'function' ? takesBack(code.text) : takesBack;
  return changeWayBack(found, functions, takes, code, language) ?? functionWayBack(functions, takes, code, language);
}

function sourceOf({ path, text }: ToolFile, root: CodeNode): Source {
  let constants: ReadonlyMap<string, CodeNode | undefined> | undefined;
  return { path, text, root, constant: (name) => (constants ??= constantsIn(root, text)).get(name) };
}

const ASSIGNMENTS: ReadonlySet<string> = new Set([
  'variable_declarator',
  'assignment_expression',
  'assignment',
  'const_spec',
  'var_spec',
  'short_var_declaration',
  'const_element',
  'property_element',
]);

/** What names stand for that are given a value exactly once. */
function constantsIn(root: CodeNode, text: string): ReadonlyMap<string, CodeNode | undefined> {
  const constants = new Map<string, CodeNode | undefined>();
  let equals = -1;
  const note = (node: CodeNode): void => {
    // Nodes come in the order of the file; where there is no equals sign nothing is given a name.
    if (equals < node.start) equals = text.indexOf('=', node.start);
    if (equals === -1) equals = text.length;
    if (equals >= node.end) return;
    for (const child of node.children) note(child);
    if (!ASSIGNMENTS.has(node.type)) return;
    const name = field(node, 'name') ?? field(node, 'left') ?? node.children.find(({ named }) => named);
    const given = field(node, 'value') ?? field(node, 'right') ?? field(node, 'default_value') ?? node.children.findLast(({ named }) => named);
    if (name === undefined || given === undefined || name === given) return;
    const key = text.slice(name.start, name.end).trim();
    constants.set(key, constants.has(key) ? undefined : given.type === 'expression_list' ? given.children[0] : given);
  };
  note(root);
  return constants;
}

/** Walks a tree in the order of the file and collects what is sent. */
class Walk {
  readonly bodies: Record<Direction, string> = { up: '', down: '' };
  readonly functions: Defined[] = [];
  private readonly out: (Found | Unsure)[] = [];
  private parts = 0;

  constructor(
    private readonly reading: CodeReading,
    private readonly language: Language,
    private readonly code: Source,
    private readonly path: string,
  ) {}

  found(): readonly (Found | Unsure)[] {
    this.visit(this.code.root, { direction: this.reading.outside, wrapper: undefined });
    return this.out;
  }

  private visit(node: CodeNode, around: Region): void {
    const { language, reading, code } = this;
    const region = this.regionOf(node, around);
    for (const child of node.children) this.visit(child, region);
    const { direction, wrapper, part, within = '' } = region;
    if (direction === undefined || !language.calls.has(node.type)) return;
    const call = language.value(node, code);
    if (call.kind !== 'call') return;
    const scope = this.scope(direction);
    const sends = reading.sends(call, scope);
    if (sends === undefined && reading.isUnclear?.(call, scope) === true) this.out.push({ call, sql: undefined });
    if (sends === undefined || sends.length === 0) return;
    const reverses = reading.reverses?.(call, within, code) === true;
    for (const sent of sends) this.out.push({ direction, ...(wrapper !== undefined && { wrapper }), ...(reverses && { reverses }), ...sent, call, part });
  }

  private regionOf(node: CodeNode, around: Region): Region {
    const { language, reading, code } = this;
    const defined = language.definition(node, code);
    let region = around;
    if (defined !== undefined) {
      const { name, body } = defined;
      const direction = reading.up.includes(name) ? 'up' : reading.down.includes(name) ? 'down' : reading.directionOf?.(name, textOf(code, node), code.text);
      if (direction !== undefined) {
        region = { ...around, direction, within: name };
        this.bodies[direction] += textOf(code, body);
        this.functions.push({ name, direction, node, body });
      }
    }
    if (region.direction === undefined) return region;
    const own = reading.region?.(node, this.scope(region.direction));
    if (own === undefined) return region;
    if (own.wrapper !== undefined) this.parts += 1;
    return { ...region, ...own, ...(own.wrapper !== undefined && { part: this.parts }) };
  }

  private scope(direction: Scope['direction']): Scope {
    const { code, language } = this;
    const statements = (body: CodeNode | undefined): readonly Value[] => (body === undefined ? [] : statementsIn(body, language).map((node) => language.value(node, code)));
    return { code, path: this.path, language, direction, statements, isOperand: ({ node }: Invocation) => isOperand(node, code) };
  }
}

/** The statements of a block; an expression that is a function's whole body is one. */
function statementsIn(body: CodeNode, language: Language): readonly CodeNode[] {
  return language.blocks.has(body.type) ? body.children.filter(({ named, type }) => named && type !== 'comment') : [body];
}

/** Whether a node is an argument or a member of something that is made, rather than done by itself. */
function isOperand(node: CodeNode, code: Source): boolean {
  for (let parent = node.parent; parent !== undefined; parent = parent.parent) {
    if (BODIES.has(parent.type)) return false;
    if (OPERATIONS.has(parent.type)) return true;
    if (!ARGUMENTS.has(parent.type) || parent.parent === undefined) continue;
    const called = field(parent.parent, 'function');
    if (called === undefined || !/\b(?:all|allSettled|gather)$/u.test(textOf(code, called))) return true;
  }
  return false;
}

const OPERATIONS: ReadonlySet<string> = new Set(['pair', 'template_substitution', 'binary_expression', 'keyword_argument', 'binary_operator']);
const ARGUMENTS: ReadonlySet<string> = new Set(['arguments', 'argument_list']);
const BODIES: ReadonlySet<string> = new Set(['statement_block', 'block', 'body_statement', 'arrow_function', 'function_expression', 'compound_statement', 'do_block', 'program', 'module']);

/** Puts what was found together to one text of SQL with its places. */
function assembled(all: readonly (Found | Unsure)[], around: Readonly<Record<Direction, Wrapper>>, { single }: CodeReading, language: Language, code: Source): Pick<Script, 'segments' | 'embedded' | 'doubts'> {
  const segments: Segment[] = [];
  const runs: Run[] = [];
  const doubts: Doubt[] = [];
  let text = '';
  let part = 0;
  let before: Found | undefined;
  const calls = countCalls(all.filter((one) => one.sql !== undefined), language);
  for (const one of all) {
    const offset = text.length;
    if (one.sql === undefined) {
      // Nothing is sent that is known: a place without a statement.
      const what = calledIn(one.call, code);
      doubts.push({ why: 'call', what, span: { offset, length: what.length } });
      runs.push({ offset, length: what.length, file: headline(one.call.span, code), literal: GENERATED });
      text += `${what}\n`;
      continue;
    }
    const sql = typeof one.sql === 'string' ? one.sql : one.sql.pieces.map((piece) => piece.text).join('');
    const neutral = neutralised(sql);
    const opaque = typeof one.sql === 'string' ? neutral.opaque : withSource(neutral.opaque, one.sql, code);
    const call = callOf(one, calls, opaque, code, language);
    const wrapper = one.wrapper ?? around[one.direction];
    // What leaves the tool's transaction ends it; what comes behind is in the next.
    if (before !== undefined && (segments.at(-1)?.wrapper !== wrapper || before.part !== one.part)) part += 1;
    before = one;
    segments.push({
      text: neutral.text,
      offset,
      direction: one.direction,
      wrapper,
      send: isSeveral(neutral.text) ? 'segment' : 'statement',
      unit: `${one.direction} ${String(part)}`,
      opaque,
      ...(typeof one.sql === 'string' && { generated: true }),
      ...(one.reverses === true && { reverses: true }),
      ...(single === true && { single }),
      ...(call !== undefined && { call }),
    });
    runs.push(...runsOf(one, offset, code));
    const doubt = doubtOf(one.call.node, code, language);
    const span = { offset, length: sql.length };
    if (doubt !== undefined) doubts.push({ why: doubt, what: calledIn(one.call, code), span });
    if (typeof one.sql === 'string' && opaque.length > 0) doubts.push({ why: 'variable', what: calledIn(one.call, code), span });
    text += `${sql}\n`;
  }
  return { segments, embedded: { text, runs }, doubts };
}

function runsOf({ sql, call }: Found, offset: number, code: Source): Run[] {
  if (typeof sql === 'string') return [{ offset, length: sql.length, file: headline(call.span, code), literal: GENERATED }];
  let at = offset;
  return sql.pieces.map(({ text, file, literal }): Run => {
    const run = { offset: at, length: text.length, file, literal };
    at += text.length;
    return run;
  });
}

/** What is called, as the file has it: `knex.schema.alterTable`. */
function calledIn({ span, nameSpan }: Invocation, { text }: Source): string {
  return text.slice(span.offset, nameSpan.offset + nameSpan.length).replace(/\([^]*\)/gu, '(…)').replace(/\s+/gu, '');
}

/** The first line of a call: the others are what it describes. */
function headline({ offset, length }: Span, { text }: Source): Span {
  const line = /^[^\r\n]*/u.exec(text.slice(offset, offset + length))?.[0] ?? '';
  return { offset, length: line.trimEnd().length };
}

/** A call that stands for SQL: nothing can be written into it. */
const GENERATED: Literal = { kind: 'call', encode: () => undefined };

/** Placeholders with what the file has in their place. */
function withSource(opaque: readonly Opaque[], { pieces }: Text, code: Source): readonly Opaque[] {
  if (!pieces.some((piece) => piece.opaque)) return opaque;
  const starts = new Map<number, Span>();
  let at = 0;
  for (const piece of pieces) {
    if (piece.opaque) starts.set(at, piece.file);
    at += piece.text.length;
  }
  return opaque.map((one) => {
    const file = starts.get(one.offset);
    return file === undefined ? one : { ...one, written: code.text.slice(file.offset, file.offset + file.length) };
  });
}

function isSeveral(sql: string): boolean {
  // Every keystroke comes by here with every call.
  if (!sql.includes(';')) return false;
  const first = chunkAt(sql, 0, sql.length, false);
  return first.complete && chunkAt(sql, first.end, sql.length, false).first !== -1;
}
