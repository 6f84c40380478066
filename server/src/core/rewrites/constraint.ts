import type { Action } from '../effects/effects';
import type { MendContext } from '../rules/rule';
import { quoteIdentifier } from '../schema/names';
import { columnsIn } from '../schema/postgres/expressions';
import type { SchemaView } from '../schema/view';
import type { Token } from '../sql/statement';
import type { Edit } from '../text';
import { alterTableOf, is, subcommandOf, type AlterTable, type Subcommand } from './alter-table';
import { replaceIn } from './edits';
import { keyWordsLike, type KeyWords } from './key-words';
import { generatedName } from './names';

export type AddConstraint = Extract<Action, { kind: 'add constraint' }>;

/** An `ADD [CONSTRAINT name] …` of an ALTER TABLE as it is written. */
export interface WrittenConstraint {
  readonly alter: AlterTable;
  readonly subcommand: Subcommand;
  readonly k: KeyWords;
  /** `ALTER TABLE [IF EXISTS] name`, for statements beside this one. */
  readonly head: string;
  /** The name as SQL writes it: the user's, or the one that the server would give. */
  readonly name: string;
  readonly named: boolean;
  /** From FOREIGN KEY, CHECK, UNIQUE … on. */
  readonly body: readonly Token[];
}

/** How the constraint that an action adds is written; undefined where it does not stand in the statement itself. */
export function writtenConstraint(context: MendContext, action: AddConstraint): WrittenConstraint | undefined {
  const alter = alterTableOf(context.parsed);
  const subcommand = alter === undefined ? undefined : subcommandOf(alter, action);
  if (alter === undefined || subcommand === undefined) return undefined;
  const { tokens } = subcommand;
  if (!is(tokens[0], 'ADD')) return undefined;
  const named = is(tokens[1], 'CONSTRAINT');
  const name = named ? tokens[2]?.text : givenName(context, action);
  if (name === undefined) return undefined;
  const k = keyWordsLike(context.parsed.text);
  return { alter, subcommand, k, head: headOf(alter, k), name, named, body: tokens.slice(named ? 3 : 1) };
}

/** `ALTER TABLE [IF EXISTS] name`. ONLY is left out: VALIDATE and its kin must reach the children. */
export function headOf(alter: AlterTable, k: KeyWords): string {
  return `${k('ALTER TABLE')} ${k(alter.ifExists)}${alter.table}`;
}

/** The edit that writes the constraint's name out; none where the user did. */
export function namingEdits(context: MendContext, { named, k, name, body }: WrittenConstraint): readonly Edit[] {
  const first = body[0];
  if (named || first === undefined) return [];
  return [replaceIn(context, context.index, { offset: first.offset, length: 0 }, `${k('CONSTRAINT')} ${name} `)];
}

const LABELS = { check: 'check', 'not null': 'not_null', 'primary key': 'pkey', unique: 'key', exclusion: 'excl', 'foreign key': 'fkey' } as const;

function givenName(context: MendContext, action: AddConstraint): string | undefined {
  const name = constraintName(action, context.before);
  return name === undefined ? undefined : quoteIdentifier(name);
}

/** The name of a constraint that an action adds: the user's, or the one that the server would give. */
export function constraintName(action: AddConstraint, schema: SchemaView): string | undefined {
  if (action.name !== undefined || action.relation === undefined) return action.name;
  return generatedName(action.relation, columnsInName(action), LABELS[action.constraint], schema);
}

/**
 * The columns that the server puts into a constraint's name: of an index those that are included too (DefineIndex in
 * indexcmds.c), of a CHECK its column where it mentions exactly one (AddRelationNewConstraints in heap.c).
 */
function columnsInName({ constraint, columns, node }: AddConstraint): readonly string[] {
  if (constraint === 'primary key') return [];
  const command = 'AlterTableCmd' in node ? node.AlterTableCmd.def : node;
  const declared = command !== undefined && 'Constraint' in command ? command.Constraint : undefined;
  if (constraint === 'check') {
    const mentioned = declared?.raw_expr === undefined ? [] : [...columnsIn(declared.raw_expr)];
    return mentioned.length === 1 ? mentioned : [];
  }
  const included = (declared?.including ?? []).flatMap((name) => ('String' in name ? [name.String.sval ?? ''] : []));
  return [...columns, ...included];
}
