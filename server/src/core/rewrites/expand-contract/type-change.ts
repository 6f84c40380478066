import type { FindContext, Fix, MendContext } from '../../rules/rule';
import { nameParts, quoteIdentifier } from '../../schema/names';
import type { Constraint } from '../../schema/schema';
import { expressionSql } from '../deparse';
import { alterTableOf, removeSubcommand, subcommandOf, type AlterTable } from '../alter-table';
import { indentAt, lineEndOf, replaceStatement } from '../edits';
import { keyWordsLike } from '../key-words';
import { laterMigration } from '../own-file';
import { placeInWords, runAfter, runInstead, surroundingsOf } from '../surroundings';
import type { Attached } from './attached';
import { carryOver, notNullHandedOn, nothingElseOn } from './carry-over';
import { conversionOf, type Conversion, type TypeChange } from './conversion';
import { inBatches } from './fill';
import { WorkNames, writtenBeside } from './names';
import { replaceable } from './refusal';
import { ownName, twinForeignKey, twinIndex, twinKey, type TwinStyle } from './twins';

/** How long a brief statement may queue for its lock: shorter than a request's patience. */
const LOCK_TIMEOUT = '5s';

/**
 * Changes a column's type by expand and contract: a new column that a trigger keeps in step, filled in batches, with all
 * that hangs on the old one, then a short transaction that swaps the names. Dropping the old column is a migration of
 * its own. Empty where that is not sound ({@link typeChangeRefusal} says why).
 */
export function changeTypeByExpandAndContract(context: MendContext, action: TypeChange): readonly Fix[] {
  const change = planOf(context, action);
  if (typeof change === 'string' || surroundingsOf(context).kind === 'stuck') return [];
  const { alter, script, contract } = change;
  const { text, index, statements } = context;
  const eol = lineEndOf(text);
  const lead = eol + indentAt(text, statements[index]?.span.offset ?? 0);
  const laid = script.map((statement) => statement.split('\n').join(lead));
  const subcommand = subcommandOf(alter, action);
  const mentions = [action.column];
  const edits =
    alter.subcommands.length === 1
      ? runInstead(context, [replaceStatement(context, index, laid)], laid, mentions)
      : subcommand === undefined
        ? undefined
        : withRemoval(context, alter, subcommand, runAfter(context, laid, mentions));
  if (edits === undefined) return [];
  const files = laterMigration(context, `drop_${fileWord(ownTable(change))}_${fileWord(change.old)}`, contract, { comment: `Contract: once nothing reads ${change.old} any more.`, edits });
  // Without it the old column would stay for ever.
  if (files === undefined) return [];
  const title = `Change the type by a new column: fill it in batches, then swap the names (it moves behind the other columns; dropping the old one is a new file)${placeInWords(context)}`;
  return [{ title, safety: 'review', edits, files }];
}

/** Why a type change is not offered by expand and contract, as the end of a sentence; undefined where it is. */
export function typeChangeRefusal(context: FindContext, action: TypeChange): string | undefined {
  const change = planOf(context, action);
  return typeof change === 'string' ? change : undefined;
}

interface Change {
  readonly alter: AlterTable;
  readonly attached: Attached;
  /** Name of the old column after the swap, unquoted. */
  readonly old: string;
  /** Statements with plain line feeds and without their semicolons. */
  readonly script: readonly string[];
  readonly contract: readonly string[];
}

function planOf(context: FindContext, action: TypeChange): Change | string {
  const alter = alterTableOf(context.parsed);
  const subcommand = alter === undefined ? undefined : subcommandOf(alter, action);
  if (alter === undefined || subcommand === undefined) return 'it is part of a larger statement';
  const subject = replaceable(context, action, action.column);
  if (!subject.possible) return subject.reason;
  const column = quoteIdentifier(action.column);
  const elsewhere = alter.subcommands.filter((other) => other !== subcommand).some(({ tokens }) => tokens.some((token) => token.text === column || token.text.toLowerCase() === action.column));
  if (elsewhere) return 'the same statement changes the column otherwise too';
  if (subject.column.notNull === 'not valid') return 'its NOT NULL is not valid yet';
  const conversion = conversionOf(context, action, subcommand, subject.table);
  if (typeof conversion === 'string') return conversion;
  return written(context, alter, subject, conversion);
}

function written(context: FindContext, alter: AlterTable, attached: Attached, conversion: Conversion): Change | string {
  const k = keyWordsLike(context.parsed.text);
  const { table, column } = attached;
  const relation = alter.table;
  const head = `${k('ALTER TABLE')} ${relation}`;
  const { schema: namespace, name: tableName } = nameParts(table.name);
  const names = new WorkNames([...table.columns.map(({ name }) => name), ...table.constraints.map(({ name }) => name), ...table.indexes.map((index) => nameParts(index).name)]);
  const [fresh, old] = [names.choose(column.name, 'new'), names.choose(column.name, 'old')];
  const [freshSql, columnSql] = [quoteIdentifier(fresh), quoteIdentifier(column.name)];
  const style: TwinStyle = { k, column: (name) => (name === column.name ? freshSql : quoteIdentifier(name)) };
  const prefix = relation.includes('.') ? `${quoteIdentifier(namespace)}.` : '';
  const sync = names.choose(`${tableName}_${column.name}`, 'sync');
  // Triggers of one kind fire in the order of their names: this one has to see what the others made of the row.
  const trigger = triggerAfter(table.triggers.map(({ name }) => name), sync);
  const timeout = `${k('SET LOCAL')} lock_timeout = '${LOCK_TIMEOUT}'`;

  const fill = inBatches(`${k('UPDATE')} ${relation} ${k('SET')} ${freshSql} = ${conversion.value} ${k('WHERE')} ${conversion.wanting(freshSql)}`, context);
  if (typeof fill === 'string') return fill;

  const indexTwins: (readonly [old: string, twin: string])[] = [];
  const built: string[] = [];
  const swapKeys: string[] = [];
  const swapIndexes: string[] = [];
  const oldIndexes: string[] = [];
  for (const { index, constraint } of [...attached.keys, ...attached.indexes.map((each) => ({ index: each, constraint: undefined }))]) {
    const name = ownName(index);
    const twin = names.choose(name, 'new');
    const statement = twinIndex(index, twin, relation, style);
    if (statement === undefined) return `the index ${name} has an expression that cannot be carried over here`;
    built.push(statement);
    indexTwins.push([prefix + quoteIdentifier(name), prefix + quoteIdentifier(twin)]);
    if (constraint !== undefined) {
      swapKeys.push(`${head} ${k('DROP CONSTRAINT')} ${quoteIdentifier(constraint.name)}, ${k('ADD CONSTRAINT')} ${quoteIdentifier(constraint.name)} ${twinKey(constraint, twin, k)}`);
    } else {
      const aside = names.choose(name, 'old');
      swapIndexes.push(`${k('ALTER INDEX')} ${prefix}${quoteIdentifier(name)} ${k('RENAME TO')} ${quoteIdentifier(aside)}`, `${k('ALTER INDEX')} ${prefix}${quoteIdentifier(twin)} ${k('RENAME TO')} ${quoteIdentifier(name)}`);
      oldIndexes.push(prefix + quoteIdentifier(aside));
    }
    if (table.replicaIdentity === `index ${name}`) swapIndexes.push(`${head} ${k('REPLICA IDENTITY USING INDEX')} ${quoteIdentifier(name)}`);
  }

  const added: string[] = [];
  const validated: string[] = [];
  const swapConstraints: string[] = [];
  const constraintTwins: (readonly [old: string, twin: string])[] = [];
  const replace = (on: string, constraint: Constraint, definition: string, extra = ''): void => {
    const name = names.choose(constraint.name, 'new');
    const twin = quoteIdentifier(name);
    const own = quoteIdentifier(constraint.name);
    added.push(`${on} ${k('ADD CONSTRAINT')} ${twin} ${definition}${extra} ${k('NOT VALID')}`);
    if (constraint.valid) validated.push(`${on} ${k('VALIDATE CONSTRAINT')} ${twin}`);
    swapConstraints.push(`${on} ${k('DROP CONSTRAINT')} ${own}`, `${on} ${k('RENAME CONSTRAINT')} ${twin} ${k('TO')} ${own}`);
    if (on === head) constraintTwins.push([constraint.name, name]);
  };
  for (const check of attached.checks) {
    const expression = expressionSql(check.expression, style);
    if (expression === undefined) return `the constraint ${check.name} has an expression that cannot be carried over here`;
    replace(head, check, `${k('CHECK')} (${expression})`, check.noInherit ? ` ${k('NO INHERIT')}` : '');
  }
  for (const key of attached.foreignKeys) replace(head, key, twinForeignKey(key, writtenBeside(key.references, relation), style.column, quoteIdentifier, k));
  for (const { table: child, key } of attached.incoming) {
    const childSql = child.name === table.name ? relation : writtenBeside(child.name, relation);
    replace(`${k('ALTER TABLE')} ${childSql}`, key, twinForeignKey(key, relation, quoteIdentifier, style.column, k));
  }
  const notNull = column.notNull === true;
  const proof = quoteIdentifier(names.choose(fresh, 'not_null'));
  if (notNull) {
    added.unshift(`${head} ${k('ADD CONSTRAINT')} ${proof} ${k('CHECK')} (${freshSql} ${k('IS NOT NULL')}) ${k('NOT VALID')}`);
    validated.unshift(`${head} ${k('VALIDATE CONSTRAINT')} ${proof}`, `${head} ${k('ALTER COLUMN')} ${freshSql} ${k('SET NOT NULL')}, ${k('DROP CONSTRAINT')} ${proof}`);
  }
  const others = [...new Set(attached.incoming.map(({ table: child }) => child.name))].filter((name) => name !== table.name).map((name) => writtenBeside(name, relation));
  const known = [...attached.keys.map(({ constraint }) => constraint.name), ...attached.indexes.map(ownName), ...attached.checks.map(({ name }) => name), ...attached.foreignKeys.map(({ name }) => name), ...attached.incoming.map(({ key }) => key.name)];

  const script = [
    `-- Expand: a column of the new type, which a trigger keeps in step with ${column.name}.\n${nothingElseOn(relation, column.name, known)}`,
    k('BEGIN'),
    timeout,
    `${head} ${k('ADD COLUMN')} ${freshSql} ${conversion.type}`,
    syncFunction(prefix + quoteIdentifier(sync), freshSql, conversion, k),
    `${k('CREATE TRIGGER')} ${quoteIdentifier(trigger)} ${k('BEFORE INSERT OR UPDATE ON')} ${relation} ${k('FOR EACH ROW EXECUTE FUNCTION')} ${prefix}${quoteIdentifier(sync)}()`,
    k('COMMIT'),
    `-- Fill: the rows that were there before the trigger.\n${fill.block}`,
    ...built,
    ...inTransaction(added, timeout, k),
    ...validated,
    `${k('ANALYZE')} ${relation}`,
    `-- Swap the names. Where a lock does not come in time nothing has changed: run it again from here.\n${k('BEGIN')}`,
    timeout,
    `${k('LOCK TABLE')} ${[relation, ...others].join(', ')} ${k('IN ACCESS EXCLUSIVE MODE')}`,
    `${k('DROP TRIGGER')} ${quoteIdentifier(trigger)} ${k('ON')} ${relation}`,
    `${k('DROP FUNCTION')} ${prefix}${quoteIdentifier(sync)}()`,
    carryOver({ table: relation, from: column.name, to: fresh, indexes: indexTwins, constraints: constraintTwins }, column.identity),
    ...swapConstraints,
    ...swapKeys,
    ...swapIndexes,
    ...(notNull ? [notNullHandedOn(relation, column.name, fresh)] : []),
    ...(column.identity === undefined ? [`${head} ${k('ALTER COLUMN')} ${columnSql} ${k('DROP DEFAULT')}`] : []),
    `${head} ${k('RENAME COLUMN')} ${columnSql} ${k('TO')} ${quoteIdentifier(old)}`,
    `${head} ${k('RENAME COLUMN')} ${freshSql} ${k('TO')} ${columnSql}`,
    k('COMMIT'),
  ];
  const contract = [...oldIndexes.map((index) => `${k('DROP INDEX CONCURRENTLY')} ${index}`), `${head} ${k('DROP COLUMN')} ${quoteIdentifier(old)}`];
  return { alter, attached, old, script, contract };
}

function inTransaction(statements: readonly string[], timeout: string, k: (words: string) => string): string[] {
  return statements.length === 0 ? [] : [k('BEGIN'), timeout, ...statements, k('COMMIT')];
}

function syncFunction(name: string, fresh: string, { ofNew, settings }: Conversion, k: (words: string) => string): string {
  // What depends on settings shall come out for every session as it does for this one.
  const fixed = settings.map((setting) => ` ${k('SET')} ${setting} ${k('FROM CURRENT')}`).join('');
  return [`${k('CREATE FUNCTION')} ${name}() ${k('RETURNS')} trigger ${k('LANGUAGE')} plpgsql${fixed} ${k('AS')} $sync$`, 'BEGIN', `  NEW.${fresh} := ${ofNew};`, '  RETURN NEW;', 'END', '$sync$'].join('\n');
}

function triggerAfter(names: readonly string[], base: string): string {
  let name = base;
  for (const other of names) while (name <= other) name = `z${name}`;
  return name.slice(0, 63);
}

function withRemoval(context: MendContext, alter: AlterTable, subcommand: Parameters<typeof removeSubcommand>[3], after: ReturnType<typeof runAfter>): ReturnType<typeof runAfter> {
  return after === undefined ? undefined : [removeSubcommand(context, context.index, alter, subcommand), ...after];
}

function ownTable({ attached }: Change): string {
  return nameParts(attached.table.name).name;
}

/** A name as part of a file's. */
function fileWord(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/gu, '_');
}
