import type { Action } from '../../effects/effects';
import type { FindContext, Fix, MendContext } from '../../rules/rule';
import { nameParts } from '../../schema/names';
import { batchFixes } from '../batches/batches';
import { insertSelectFixes } from '../batches/insert-select';
import { mergeFixes } from '../batches/merge';
import { jobPlan, jobQueries, type Parameter, type JobQueries } from './plan';
import { pythonJob } from './python';
import { rubyJob } from './ruby';
import { STATE, type Job } from './state';
import { typescriptJob } from './typescript';

const SETUP = `CREATE TABLE IF NOT EXISTS ${STATE} (job text PRIMARY KEY, next_key text[], final_key text[], started_at timestamptz NOT NULL DEFAULT now(), done_rows bigint NOT NULL DEFAULT 0, paused boolean NOT NULL DEFAULT false, finished boolean NOT NULL DEFAULT false)`;

interface Language {
  readonly title: string;
  readonly extension: string;
  readonly parameter: Parameter;
  readonly escape: (sql: string) => string;
  readonly write: (job: Job, queries: JobQueries) => string;
}

const LANGUAGES: readonly Language[] = [
  { title: 'Python', extension: 'py', parameter: (number) => `%(k${number})s`, escape: (sql) => sql.replaceAll('%', '%%'), write: pythonJob },
  { title: 'Ruby', extension: 'rb', parameter: (number) => `$${number}`, escape: (sql) => sql, write: rubyJob },
  { title: 'TypeScript', extension: 'ts', parameter: (number) => `$${number}`, escape: (sql) => sql, write: typescriptJob },
];

/**
 * Background jobs for an UPDATE, DELETE or INSERT … SELECT, one fix a language: each takes the statement out of the
 * migration and makes a script that does it in batches, pauses, resumes and waits for replicas.
 */
export function jobFixes(context: MendContext, action: Action): readonly Fix[] {
  if (!isDirect(action)) return [];
  const plan = jobPlan(context);
  const own = context.statements[context.index];
  if (!plan.possible || own === undefined) return [];
  const parts = context.path.split('/');
  const migration = parts.at(-1) ?? 'migration.sql';
  const name = `${migration.replace(/\.[^.]*$/u, '')}_${nameParts(plan.relation).name}${context.index === 0 ? '' : `_${context.index + 1}`}`.replace(/[^A-Za-z0-9_]+/gu, '_');
  const folder = parts.slice(0, -2).map((part) => `${part}/`).join('');
  const job: Job = { name, migration, statement: context.parsed.text.split(/\r\n|\r|\n/u), setup: SETUP };
  return LANGUAGES.flatMap(({ title, extension, parameter, escape, write }): Fix[] => {
    const queries = jobQueries(plan, context.options.batchSize, parameter, escape);
    if (queries === undefined) return [];
    const path = `${folder}jobs/${name}.${extension}`;
    return [
      {
        title: `Move it to a background job in ${title} that pauses, resumes and waits for replicas`,
        safety: 'review',
        edits: [{ ...own.span, text: `/* ${path} does this in batches, once the migration is through. */` }],
        files: [{ path, text: write(job, queries) }],
      },
    ];
  });
}

/** Why there is no job for a statement, as the end of a sentence; undefined where there is. */
export function jobRefusal(context: FindContext, action: Action): string | undefined {
  if (!isDirect(action)) return 'it is part of a larger statement';
  const plan = jobPlan(context);
  return plan.possible ? undefined : plan.reason;
}

/** The same batches as a temporary procedure, which psql can call again after an interruption. */
export function procedureFixes(context: MendContext, action: Action): readonly Fix[] {
  // Sent as one query the two statements would be one transaction.
  if (context.statements[context.index]?.segment.send === 'segment') return [];
  const inBlock = action.kind === 'insert' ? insertSelectFixes(context, action) : action.kind === 'merge' ? mergeFixes(context, action) : batchFixes(context, action);
  return inBlock.flatMap((fix): Fix[] => {
    const edits = fix.edits.map((edit) => ({ ...edit, text: asProcedure(edit.text) }));
    return edits.every((edit, at) => edit.text === fix.edits[at]?.text) ? [] : [{ ...fix, title: `${fix.title}, as a procedure for psql`, edits }];
  });
}

function asProcedure(text: string): string {
  const start = /\bDO (\$batches\d*\$)/u.exec(text);
  const tag = start?.[1];
  if (start === null || tag === undefined) return text;
  const end = text.lastIndexOf(tag) + tag.length;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = /[^\r\n]*$/u.exec(text.slice(0, start.index))?.[0] ?? '';
  const head = `CREATE OR REPLACE PROCEDURE pg_temp.in_batches() LANGUAGE plpgsql AS ${tag}`;
  return `${text.slice(0, start.index)}${head}${text.slice(start.index + start[0].length, end)};${eol}${indent}CALL pg_temp.in_batches()${text.slice(end)}`;
}

function isDirect(action: Action): boolean {
  return ((action.kind === 'update' || action.kind === 'delete') && !action.nested) || (action.kind === 'insert' && action.select) || action.kind === 'merge';
}
