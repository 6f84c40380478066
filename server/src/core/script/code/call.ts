import type { Span } from '../../text';
import type { Call, Literal, Opaque } from '../script';
import type { Language, Source } from './language';
import type { CodeNode } from './node';
import type { Found } from './found';
import type { Text } from './value';

/** The statement of the host language that a call stands in, where it can be taken out or written again with other SQL. */
export function callOf(one: Found, calls: CallCounts, opaque: readonly Opaque[], code: Source, language: Language): Call | undefined {
  const statement = statementOf(one.call.node, language);
  // What else the statement sends would go with it.
  if (statement === undefined || calls.get(statement) !== 1) return undefined;
  const file = extentOf(statement, one.sql, code);
  const sending = (sql: string): string | undefined => written(sql, one, file, opaque, code, language);
  const { express } = one;
  if (typeof one.sql !== 'string') return { file, sending };
  // What is not known before the code runs cannot be written down.
  if (opaque.length > 0) return undefined;
  const { text } = code;
  const around = (call: string): string => text.slice(file.offset, one.call.span.offset) + call + text.slice(one.call.span.offset + one.call.span.length, file.offset + file.length);
  return {
    file,
    sending,
    instead(statements) {
      const own = express?.(statements);
      if (own !== undefined) return { text: own.map(around).join(`\n${indentAt(text, file.offset)}`), imports: one.imports ?? [] };
      // What stays as it is stays the tool's own call.
      const all = joined(statements.map((sql) => (sql === one.sql ? text.slice(file.offset, file.offset + file.length) : sending(sql))), file, code);
      return all === undefined ? undefined : { text: all, imports: [] };
    },
  };
}

/** How many things each statement of the host language sends. */
export type CallCounts = ReadonlyMap<CodeNode, number>;

export function countCalls(found: readonly Found[], language: Language): CallCounts {
  const counts = new Map<CodeNode, number>();
  for (const { call } of found) {
    // A statement may hold others: a loop, a condition.
    for (let at: CodeNode | undefined = call.node; at !== undefined; at = at.parent) {
      if (language.statements.has(at.type)) counts.set(at, (counts.get(at) ?? 0) + 1);
    }
  }
  return counts;
}

function joined(calls: readonly (string | undefined)[], { offset }: Span, { text }: Source): string | undefined {
  return calls.every((call) => call !== undefined) ? calls.join(`\n${indentAt(text, offset)}`) : undefined;
}

/** The node that stands in a list of statements, if the call is all that it does. */
function statementOf(node: CodeNode, language: Language): CodeNode | undefined {
  let at = node;
  while (at.parent !== undefined && !language.blocks.has(at.parent.type)) {
    at = at.parent;
    if (language.uncertain.has(at.type) && at.type !== 'if_statement') return undefined;
  }
  return at.parent === undefined || !language.statements.has(at.type) ? undefined : at;
}

/** The statement with what belongs to it: the comma behind a member of a list, the body of its heredoc. */
function extentOf(statement: CodeNode, sql: Text | string, { text }: Source): Span {
  let end = statement.end;
  if (typeof sql !== 'string') for (const { file } of sql.pieces) if (file.offset >= end) end = Math.max(end, sql.frame?.close ?? end);
  const comma = /^[ \t]*[,;]/u.exec(text.slice(end, end + 20));
  if (comma !== null) end += comma[0].length;
  return { offset: statement.start, length: end - statement.start };
}

/** The statement with other SQL in its literal. */
function written(sql: string, { sql: old, raw, call }: Found, { offset, length }: Span, opaque: readonly Opaque[], code: Source, language: Language): string | undefined {
  const { text } = code;
  const indent = indentAt(text, offset);
  const own = text.slice(offset, offset + length);
  if (typeof old === 'string') {
    if (raw === undefined) return undefined;
    const prefix = text.slice(offset, call.span.offset);
    const suffix = text.slice(call.span.offset + call.span.length, offset + length);
    return `${prefix}${raw.replace('{}', () => language.quote(sql, indent))}${suffix}`;
  }
  const head = own.startsWith('return ') ? -1 : 0;
  if (head === -1) return undefined;
  const { frame } = old;
  const literal = old.pieces[0]?.literal;
  if (frame !== undefined && literal !== undefined) {
    const content = text.slice(frame.from, frame.to);
    const lead = /^\s*/u.exec(content)?.[0] ?? '';
    const trail = content.trim() === '' ? '' : (/\s*$/u.exec(content)?.[0] ?? '');
    const encoded = encodedSql(sql.trim(), literal, opaque);
    return encoded === undefined ? undefined : text.slice(offset, frame.from) + lead + encoded + trail + text.slice(frame.to, offset + length);
  }
  if (opaque.length > 0) return undefined;
  const { start, end } = old.node;
  return text.slice(offset, start) + language.quote(sql, indent) + text.slice(end, offset + length);
}

/** SQL as a literal has it; the interpolations in it stay as they are. */
function encodedSql(sql: string, literal: Literal, opaque: readonly Opaque[]): string | undefined {
  const kept = [...new Set(opaque.flatMap(({ written: source }) => (source !== undefined && sql.includes(source) ? [source] : [])))];
  if (kept.length === 0) return literal.encode(sql);
  const pattern = new RegExp(`(${kept.sort((a, b) => b.length - a.length).map((source) => source.replace(/[^\w\s]/gu, '\\$&')).join('|')})`, 'u');
  let out = '';
  for (const [index, part] of sql.split(pattern).entries()) {
    const encoded = index % 2 === 1 ? part : literal.encode(part);
    if (encoded === undefined) return undefined;
    out += encoded;
  }
  return out;
}

function indentAt(text: string, offset: number): string {
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/u.exec(text.slice(line, offset))?.[0] ?? '';
}
