import type { Action } from '../effects/effects';
import { displayName, nameParts, type ObjectName } from '../schema/names';
import type { Routine, Schema } from '../schema/schema';
import { isCreatedLater, statementsWith } from './file-actions';
import { headline } from './place';
import { actionsOf, defineFileRule, type FileContext } from './rule';
import { listed } from '../lists';
import { called, calledColumn } from './words';

const KINDS = ['drop column', 'rename column', 'drop relation', 'rename relation'] as const;

export const routineNamesDropped = defineFileRule({
  meta: {
    id: 'routine-names-dropped',
    group: 'compatibility',
    upOnly: true,
    summary: 'The body of a function still names a column or table that is dropped or renamed',
    severity: 'warning',
    recommended: true,
    danger:
      'PostgreSQL does not look into the bodies of functions when something is dropped: the migration passes, and the function fails the next time it runs. For a trigger function that is the next INSERT or UPDATE of its table.',
    safeWay: 'Replace the function (`CREATE OR REPLACE FUNCTION`) in the same migration, before the column or table goes.',
    whenToIgnore: 'The function is not used any more, or the name in its body means something else.',
    sources: ['https://www.postgresql.org/docs/current/ddl-depend.html'],
    bad: [
      {
        schema: "CREATE TABLE users (id int, email text); CREATE FUNCTION mails() RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT email FROM users; END $$;",
        sql: 'ALTER TABLE users DROP COLUMN email;\n',
      },
      {
        schema: 'CREATE TABLE log (id int); CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (1); RETURN NEW; END $$;',
        sql: 'ALTER TABLE log RENAME TO journal;\n',
      },
    ],
    good: [
      {
        title: 'The function is replaced',
        schema: "CREATE TABLE users (id int, email text); CREATE FUNCTION mails() RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT email FROM users; END $$;",
        sql: 'CREATE OR REPLACE FUNCTION mails() RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN; END $$;\nALTER TABLE users DROP COLUMN email;\n',
      },
      {
        title: 'The function speaks of something else',
        schema: "CREATE TABLE users (id int, email text); CREATE FUNCTION mails() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(email) FROM contacts); END $$;",
        sql: 'ALTER TABLE users DROP COLUMN email;\n',
      },
    ],
  },
  *findInFile(file) {
    for (const [index, { effects, parsed, span, segment, version }] of statementsWith(file, ...KINDS)) {
      if (effects === undefined || segment.direction === 'down') continue;
      for (const action of actionsOf(effects, ...KINDS)) {
        const words = wordsOf(action);
        if (action.isNew || words === undefined || isReplaced(file, index, action)) continue;
        const routines = naming(words, version.get()).filter((routine) => !isChangedLater(file, index, routine));
        if (routines.length === 0) continue;
        const place = headline(parsed.text, action.span);
        yield {
          message: `${listed(routines.map((routine) => displayName(routine)))} still ${routines.length === 1 ? 'names' : 'name'} ${subject(action)} in the body and will fail when it runs next. Replace it first.`,
          span: { offset: span.offset + place.offset, length: place.length },
        };
      }
    }
  },
});

type Removal = Extract<Action, { kind: (typeof KINDS)[number] }>;

/** The words that a body has to hold to be meant: the table's name, and the column's. */
function wordsOf(action: Removal): readonly string[] | undefined {
  if (action.kind === 'drop relation') return [nameParts(action.name).name];
  if (action.relation === undefined || (action.kind === 'rename relation' && !action.what.endsWith('table') && action.what !== 'view')) return undefined;
  const table = nameParts(action.relation).name;
  return action.kind === 'rename relation' ? [table] : [table, action.column];
}

function subject(action: Removal): string {
  if (action.kind === 'drop relation') return called(action.name);
  return action.kind === 'rename relation' ? called(action.relation) : calledColumn(action.relation, action.column);
}

/** A view under the old name keeps the body working. */
function isReplaced(file: FileContext, index: number, action: Removal): boolean {
  const name = action.kind === 'drop relation' ? action.name : action.kind === 'rename relation' ? action.relation : undefined;
  return name !== undefined && isCreatedLater(file, index, name);
}

function naming(words: readonly string[], { routines }: Schema): readonly ObjectName[] {
  const found: ObjectName[] = [];
  for (const [name, overloads] of routines) if (overloads.some((routine) => words.every((word) => wordsIn(routine).has(word.toLowerCase())))) found.push(name);
  return found.sort();
}

const known = new WeakMap<Routine, ReadonlySet<string>>();

/** The words of a body in lower case, without its comments. */
function wordsIn(routine: Routine): ReadonlySet<string> {
  let words = known.get(routine);
  if (words === undefined) {
    const text = (routine.body ?? '').replace(/--[^\r\n]*|\/\*[^]*?\*\//gu, ' ').toLowerCase();
    known.set(routine, (words = new Set(text.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [])));
  }
  return words;
}

/** Whether a later statement of the file makes the routine anew or drops it. */
function isChangedLater(file: FileContext, index: number, routine: ObjectName): boolean {
  const { name } = nameParts(routine);
  return statementsWith(file, 'routine', 'drop object').some(([at, { parsed }]) => at > index && parsed.text.includes(name));
}
