import { codeName } from '../code-name';
import type { Action } from '../effects/effects';
import { isCreatedLater, statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule, type FileContext, type Severity } from './rule';
import { called } from './words';

export const dropObject = defineFileRule({
  meta: {
    id: 'drop-object',
    group: 'compatibility',
    upOnly: true,
    summary: 'Dropping a schema, view, type or routine breaks the release that still uses it',
    severity: 'warning',
    recommended: true,
    danger:
      'The previous release is still up while the migration runs: its queries of the view, its calls of the function, its casts to the type fail from the commit on. `DROP SCHEMA … CASCADE` takes every table in the schema with it, each under ACCESS EXCLUSIVE, and `DROP TYPE … CASCADE` every column of the type; none of it can be brought back.',
    safeWay: 'First release code that does without it, and drop it in a later migration, without CASCADE, so that what still depends on it is named instead of lost.',
    whenToIgnore: 'No release that is still running uses it.',
    sources: ['https://www.postgresql.org/docs/current/sql-dropview.html', 'https://www.postgresql.org/docs/current/sql-dropschema.html', 'https://www.postgresql.org/docs/current/ddl-depend.html'],
    bad: [
      { sql: 'DROP VIEW active_users;\n' },
      { sql: 'DROP SCHEMA app CASCADE;\n' },
      { sql: 'DROP FUNCTION total(int);\nDROP TYPE mood CASCADE;\n' },
    ],
    good: [
      { title: 'It is made anew', sql: 'DROP VIEW active_users;\nCREATE VIEW active_users AS SELECT 1 AS n;\n' },
      { title: 'A routine with other arguments', sql: 'DROP FUNCTION IF EXISTS total(int);\nCREATE FUNCTION total(bigint) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n' },
      { title: 'Made by the same migration', sql: 'CREATE FUNCTION pack() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\nSELECT pack();\nDROP FUNCTION pack();\n' },
    ],
  },
  *findInFile(file) {
    for (const [index, { effects, parsed, span, segment }] of statementsWith(file, 'drop relation', 'drop object')) {
      if (effects === undefined || segment.direction === 'down') continue;
      for (const action of actionsOf(effects, 'drop relation', 'drop object')) {
        const what = wordFor(action);
        if (what === undefined || action.isNew || isMadeHere(file, index, action)) continue;
        const place = headline(parsed.text, action.span);
        const name = action.kind === 'drop relation' ? called(action.name) : action.name;
        yield {
          message: `Dropping the ${what} ${name} breaks every running release that uses it${action.cascade ? ', and CASCADE takes along all that depends on it' : ''}. Release code that does without it first.`,
          span: { offset: span.offset + place.offset, length: place.length },
          severity: severityOf(what, action.cascade),
          ...(action.kind === 'drop relation' ? { about: codeName(action.name) } : {}),
        };
      }
    }
  },
});

type Drop = Extract<Action, { kind: 'drop relation' | 'drop object' }>;

const OBJECTS: Readonly<Record<string, string>> = { schema: 'schema', type: 'type', domain: 'domain', function: 'function', procedure: 'procedure', routine: 'routine', aggregate: 'aggregate' };

/** What is dropped, where that is something a release can use: tables have a rule of their own. */
function wordFor(action: Drop): string | undefined {
  if (action.kind === 'drop object') return OBJECTS[action.what];
  return action.what === 'view' || action.what === 'materialized view' ? action.what : undefined;
}

/** With a schema or by CASCADE data goes; routines are called by triggers of the same database more often than by code. */
function severityOf(what: string, cascade: boolean): Severity {
  if (what === 'schema' || cascade) return 'warning';
  return what === 'view' || what === 'type' || what === 'materialized view' ? 'warning' : 'info';
}

/** Whether the same file makes it, before or afterwards. */
function isMadeHere(file: FileContext, index: number, action: Drop): boolean {
  if (action.kind === 'drop relation') return isCreatedLater(file, index, action.name);
  const name = action.name.slice(action.name.lastIndexOf('.') + 1);
  return statementsWith(file, 'routine', 'type', 'other').some(([, { parsed }]) => {
    if (!parsed.ok || !CREATING.has(parsed.nodeKind)) return false;
    return parsed.text.includes(name);
  });
}

/** Statements that make a routine, type or schema, in the parser's words. */
const CREATING: ReadonlySet<string> = new Set(['CreateFunctionStmt', 'CreateEnumStmt', 'CreateDomainStmt', 'CompositeTypeStmt', 'CreateRangeStmt', 'DefineStmt', 'CreateSchemaStmt']);
