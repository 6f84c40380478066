import { createParseMemo, statementsOf, type PostgresParseMemo } from '../../sql/postgres/parse';
import { NEWEST_POSTGRES } from '../../target';
import type { Span } from '../../text';
import { UNKNOWN_SCHEMA, type Schema } from '../schema';
import { SchemaEditor } from '../editor';
import { applyStatement } from './apply';

/** A schema read from DDL. */
export interface LoadedSchema {
  /** What the DDL leaves behind, known wholly and as something that was there before every migration. */
  readonly schema: Schema;
  /** Statements that do not parse; the others count all the same. Spans are the text's. */
  readonly problems: readonly { readonly message: string; readonly span: Span }[];
}

/**
 * Reads a whole schema from DDL: the output of pg_dump --schema-only, a structure.sql, a schema.sql.
 * @param text SQL without psql's meta-commands and COPY data
 * @param memo parse results to use and to add to
 * @param version PostgreSQL major version, which decides on names that the server generates
 */
export function schemaFromDdl(text: string, memo: PostgresParseMemo = createParseMemo(), version: number = NEWEST_POSTGRES): LoadedSchema {
  const editor = new SchemaEditor({ ...UNKNOWN_SCHEMA, complete: true });
  const problems: { message: string; span: Span }[] = [];
  for (const { parsed, span } of statementsOf(text, memo)) {
    if (parsed.ok) applyStatement(parsed, editor, { path: undefined, version });
    else problems.push({ message: parsed.message, span: { offset: span.offset + parsed.span.offset, length: parsed.span.length } });
  }
  // The path that a dump sets is its own; migrations start with the server's.
  return { schema: { ...editor.result(), searchPath: UNKNOWN_SCHEMA.searchPath }, problems };
}
