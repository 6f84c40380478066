import type { Node } from '@pgsql/types';
import type { StatementAnalysis } from '../analysis';
import type { Action } from '../effects/effects';
import { nameParts, quoteIdentifier, type RelationName } from '../schema/names';
import { strings } from '../schema/postgres/walk';
import { SchemaEditor } from '../schema/editor';
import type { SchemaView } from '../schema/view';
import { generatedName } from './names';

/** What takes a migration back. */
export interface Inverse {
  /** In the order in which they run: the last change first. Without semicolons. */
  readonly statements: readonly string[];
  /** What nothing brings back, each as the end of a sentence: `the rows of orders`. */
  readonly lost: readonly string[];
  /** What a person has to take back, by its kind: the change is known, what was before it is not. */
  readonly open: readonly string[];
}

/** The statements that take others back, as far as they can be. */
export function inverseOf(statements: readonly StatementAnalysis[]): Inverse {
  let made: readonly Taken[] = [];
  const lost: string[] = [];
  const open: string[] = [];
  for (const { effects, before, parsed, segment } of statements) {
    if (effects === undefined || !parsed.ok || effects.control !== undefined || effects.setting !== undefined) continue;
    const view = new SchemaEditor(before);
    // What belongs to a new table goes with it.
    const own = effects.actions.filter((action) => action.relation === undefined || !effects.creates.includes(action.relation) || ('name' in action && action.name === action.relation));
    const parts: Taken[] = [];
    for (const action of own) {
      const gone = droppedBy(action);
      if (gone !== undefined && [...made, ...parts].some(({ makes }) => makes === gone)) {
        // Made and dropped by the same migration: there is nothing to take back.
        made = made.filter(({ makes }) => makes !== gone);
        parts.splice(0, parts.length, ...parts.filter(({ makes }) => makes !== gone));
        continue;
      }
      if (segment.generated === true && action.kind === 'add constraint' && action.name === undefined) {
        // The tool, not the server, gives it a name: fk_rails_0123456789, for one.
        open.push(`the ${action.constraint} that the tool names${action.relation === undefined ? '' : ` on ${named(action.relation)}`}`);
        continue;
      }
      const undone = undo(action, view);
      if (undone === undefined) open.push(effects.kind);
      else if ('lost' in undone) lost.push(undone.lost);
      else if (undone.sql !== undefined) parts.unshift({ sql: undone.sql, makes: madeBy(action) });
    }
    made = [...parts, ...made];
  }
  return { statements: made.map(({ sql }) => sql), lost: [...new Set(lost)], open: [...new Set(open)] };
}

/** A statement that takes something back, and what was made, where the migration may drop it itself. */
interface Taken {
  readonly sql: string;
  readonly makes: string | undefined;
}

function madeBy(action: Action): string | undefined {
  const { relation = '' } = action;
  if (action.kind === 'add constraint') return action.name === undefined ? undefined : `constraint ${relation} ${action.name}`;
  if (action.kind === 'add column') return `column ${relation} ${action.column}`;
  return action.kind === 'create table' ? `relation ${action.name}` : undefined;
}

function droppedBy(action: Action): string | undefined {
  const { relation = '' } = action;
  if (action.kind === 'drop constraint') return `constraint ${relation} ${action.name}`;
  if (action.kind === 'drop column') return `column ${relation} ${action.column}`;
  return action.kind === 'drop relation' ? `relation ${action.name}` : undefined;
}

type Undone = { readonly sql: string | undefined } | { readonly lost: string };

const NOTHING: Undone = { sql: undefined };

/** Undefined for what is not known how to take back. */
function undo(action: Action, before: SchemaView): Undone | undefined {
  const { relation } = action;
  const table = relation === undefined ? undefined : named(relation);
  const alter = (what: string): Undone | undefined => (table === undefined ? undefined : { sql: `ALTER TABLE ${table} ${what}` });
  switch (action.kind) {
    case 'create table':
      return { sql: `DROP TABLE ${named(action.name)}` };
    case 'create view':
      return action.replace ? undefined : { sql: `DROP VIEW ${named(action.name)}` };
    case 'create materialized view':
      return { sql: `DROP MATERIALIZED VIEW ${named(action.name)}` };
    case 'create sequence':
      return action.name === undefined ? undefined : { sql: `DROP SEQUENCE ${named(action.name)}` };
    case 'create index': {
      if (relation === undefined || action.index === undefined) return undefined;
      const { schema } = nameParts(relation);
      return { sql: `DROP INDEX ${action.concurrently ? 'CONCURRENTLY ' : ''}${schema === 'public' ? '' : `${quoteIdentifier(schema)}.`}${quoteIdentifier(action.index)}` };
    }
    case 'add column':
      return alter(`DROP COLUMN ${quoteIdentifier(action.column)}`);
    case 'rename column':
      return alter(`RENAME COLUMN ${quoteIdentifier(action.to)} TO ${quoteIdentifier(action.column)}`);
    case 'rename relation': {
      if (relation === undefined) return undefined;
      const { schema, name } = nameParts(relation);
      const prefix = schema === 'public' ? '' : `${quoteIdentifier(schema)}.`;
      return WORDS.has(action.what) ? { sql: `ALTER ${action.what.replace('partitioned ', '').toUpperCase()} ${prefix}${quoteIdentifier(action.to)} RENAME TO ${quoteIdentifier(name)}` } : undefined;
    }
    case 'set not null':
      return alter(`ALTER COLUMN ${quoteIdentifier(action.column)} DROP NOT NULL`);
    case 'drop not null':
      return alter(`ALTER COLUMN ${quoteIdentifier(action.column)} SET NOT NULL`);
    case 'add constraint': {
      const name = action.name ?? (relation === undefined ? undefined : constraintName(action, relation, before));
      return name === undefined ? undefined : alter(`DROP CONSTRAINT ${quoteIdentifier(name)}`);
    }
    case 'drop column':
      return { lost: `the values of ${table === undefined ? '' : `${table}.`}${quoteIdentifier(action.column)}` };
    case 'drop relation':
      return action.what === 'table' || action.what === 'partitioned table' ? { lost: `the rows of ${named(action.name)}` } : undefined;
    case 'truncate':
    case 'delete':
    case 'update':
      return { lost: `the ${action.kind === 'update' ? 'old values' : 'rows'} of ${table ?? 'a table'}` };
    case 'validate constraint':
    case 'vacuum':
    case 'analyze':
    case 'reindex':
    case 'refresh':
    case 'select':
    case 'lock table':
      return NOTHING;
    case 'create trigger':
      return table === undefined || action.name === undefined || isReplacing(action.node) ? undefined : { sql: `DROP TRIGGER ${quoteIdentifier(action.name)} ON ${table}` };
    case 'create policy':
      return table === undefined ? undefined : { sql: `DROP POLICY ${quoteIdentifier(action.name)} ON ${table}` };
    default:
      return undoObject(action.node);
  }
}

/** Types and schemas, which the schema's model does not name in actions. */
function undoObject(node: Node): Undone | undefined {
  const dotted = (names: readonly Node[] | undefined): string => strings(names).map(quoteIdentifier).join('.');
  if ('CreateEnumStmt' in node) return { sql: `DROP TYPE ${dotted(node.CreateEnumStmt.typeName)}` };
  if ('CreateRangeStmt' in node) return { sql: `DROP TYPE ${dotted(node.CreateRangeStmt.typeName)}` };
  if ('CreateDomainStmt' in node) return { sql: `DROP DOMAIN ${dotted(node.CreateDomainStmt.domainname)}` };
  if (!('CreateSchemaStmt' in node)) return undefined;
  const { schemaname, if_not_exists: maybe, schemaElts = [] } = node.CreateSchemaStmt;
  return schemaname === undefined || maybe === true || schemaElts.length > 0 ? undefined : { sql: `DROP SCHEMA ${quoteIdentifier(schemaname)}` };
}

/** CREATE OR REPLACE: what was there before is not known. */
function isReplacing(node: Node): boolean {
  return 'CreateTrigStmt' in node && node.CreateTrigStmt.replace === true;
}

const WORDS: ReadonlySet<string> = new Set(['table', 'partitioned table', 'view', 'materialized view', 'sequence', 'index']);

/** The name that the server chose (ChooseConstraintName in pg_constraint.c, ChooseIndexName in indexcmds.c). */
function constraintName({ constraint, columns }: Extract<Action, { kind: 'add constraint' }>, relation: RelationName, before: SchemaView): string | undefined {
  switch (constraint) {
    case 'primary key':
      return generatedName(relation, [], 'pkey', before);
    case 'unique':
      return generatedName(relation, columns, 'key', before);
    case 'foreign key':
      return generatedName(relation, columns, 'fkey', before);
    default:
      return undefined;
  }
}

function named(relation: RelationName): string {
  const { schema, name } = nameParts(relation);
  return schema === 'public' ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
