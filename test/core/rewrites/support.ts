import type { Action } from '../../../server/src/core/effects/effects';
import { createMemo } from '../../../server/src/core/memo';
import { replay } from '../../../server/src/core/replay';
import type { FileContext, Fix, MendContext } from '../../../server/src/core/rules/rule';
import { schemaFromDdl } from '../../../server/src/core/schema/postgres/load';
import { UNKNOWN_SCHEMA, type Schema } from '../../../server/src/core/schema/schema';
import { NO_STATISTICS } from '../../../server/src/core/schema/statistics';
import { SchemaEditor } from '../../../server/src/core/schema/editor';
import { plain } from '../../../server/src/core/script/tools/plain';
import { createParseMemo } from '../../../server/src/core/sql/postgres/parse';
import { applyEdits } from '../../../server/src/core/text';
import type { Target } from '../../../server/src/core/target';

/** What a rewrite is given. */
export interface Subject<K extends Action['kind']> {
  readonly context: MendContext;
  readonly action: Extract<Action, { kind: K }>;
}

export interface Setting {
  /** DDL of what exists before; undefined where nothing is known. */
  readonly schema?: string | undefined;
  readonly path?: string;
  readonly version?: number;
  readonly source?: Target['source'];
  readonly batchSize?: number;
}

/** The first action of a kind in a migration, with its context. */
export function subjectOf<K extends Action['kind']>(sql: string, kind: K, setting: Setting = {}): Subject<K> {
  const { schema, path = 'migrations/001_example.sql', version = 18, source = 'setting', batchSize = 100 } = setting;
  const before: Schema = schema === undefined ? UNKNOWN_SCHEMA : schemaFromDdl(schema, createParseMemo(), version).schema;
  const script = plain.read({ path, text: sql });
  const { statements } = replay(script, before, { path, version }, createMemo());
  for (const [index, { parsed, effects, moment, before: own }] of statements.entries()) {
    const action = effects?.actions.find((candidate) => candidate.kind === kind);
    if (!parsed.ok || effects === undefined || action === undefined) continue;
    const context: MendContext = {
      path,
      text: sql,
      file: { path, text: sql },
      script,
      tool: plain,
      statements,
      index,
      parsed,
      effects,
      moment,
      before: new SchemaEditor(own),
      target: { dialect: 'postgresql', version, source },
      options: { lockBudget: 500, batchSize },
      statistics: NO_STATISTICS,
    };
    return { context, action: action as Extract<Action, { kind: K }> };
  }
  throw new Error(`no ${kind} in: ${sql}`);
}

/** The migration with a fix applied, and behind it the files that the fix adds. */
export function withFix(sql: string, fix: Fix): string {
  const mended = applyEdits(sql, fix.edits).trimEnd();
  const added = (fix.files ?? []).map(({ text }) => text);
  return [added.length === 0 || mended.endsWith(';') ? mended : `${mended};`, ...added, ''].join('\n');
}

/** A migration as rules of whole files see it. */
export function fileOf(sql: string, { schema, path = 'migrations/001_example.sql', version = 18, source = 'setting', batchSize = 100 }: Setting = {}): FileContext {
  const before: Schema = schema === undefined ? UNKNOWN_SCHEMA : schemaFromDdl(schema, createParseMemo(), version).schema;
  const script = plain.read({ path, text: sql });
  const { statements } = replay(script, before, { path, version }, createMemo());
  return { path, text: sql, file: { path, text: sql }, script, tool: plain, statements, target: { dialect: 'postgresql', version, source }, options: { lockBudget: 500, batchSize } };
}
