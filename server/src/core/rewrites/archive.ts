import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { nameParts, quoteIdentifier, type RelationName } from '../schema/names';
import { tokensOf } from '../sql/postgres/scan';
import type { Token } from '../sql/statement';
import { is, written } from './alter-table';
import { replaceStatement } from './edits';
import { WorkNames, writtenBeside } from './expand-contract/names';
import { keyWordsLike } from './key-words';
import { laterMigration } from './own-file';
import { placeInWords, runInstead } from './surroundings';

/** What the names of archived tables start with. */
export const ARCHIVED = '_archived_';

/**
 * DROP TABLE as a rename that can be taken back: foreign keys are dropped one by one, so that no two tables are locked
 * for longer than that, the table gets an archive name, and a migration of its own drops it later.
 */
export function archiveInstead(context: MendContext, action: Extract<Action, { kind: 'drop relation' }>): readonly Fix[] {
  const { parsed, index, before } = context;
  if (parsed.nodeKind !== 'DropStmt' || !action.what.endsWith('table') || action.what === 'foreign table') return [];
  const tokens = tokensOf(parsed.text).filter((token) => token.kind !== 'comment');
  const ifExists = is(tokens[2], 'IF');
  const k = keyWordsLike(parsed.text);
  const behaviour = ['CASCADE', 'RESTRICT'].find((word) => is(tokens.at(-1), word));
  const tables = context.effects.actions.flatMap((other) => (other.kind === 'drop relation' ? [other.name] : []));
  const names = namesFrom(tokens, ifExists ? 4 : 2, parsed.text);
  if (tables.length !== names.length) return [];
  const choice = new WorkNames([...before.allRelations()].map((relation) => nameParts(relation.name).name));
  const exists = ifExists ? ` ${k('IF EXISTS')}` : '';
  const keys: string[] = [];
  const renames: string[] = [];
  const drops: string[] = [];
  const dropped = new Set<string>();
  const drop = (table: RelationName, constraint: string, beside: string): void => {
    const id = `${table} ${constraint}`;
    if (!dropped.has(id)) keys.push(`${k('ALTER TABLE')} ${writtenBeside(table, beside)} ${k('DROP CONSTRAINT')} ${quoteIdentifier(constraint)}`);
    dropped.add(id);
  };
  for (const [at, name] of tables.entries()) {
    const beside = names[at] ?? '';
    const table = before.relation(name);
    if (table !== undefined && 'referencedBy' in table) {
      if (table.bound !== undefined || table.parents.length > 0) return [];
      for (const { table: child, constraint } of table.referencedBy) {
        // Without CASCADE the statement fails where others reference the table, and so does this way.
        if (behaviour !== 'CASCADE' && !tables.includes(child)) return [];
        drop(child, constraint, beside);
      }
      // What is archived must not hold up deletes in the tables it referenced.
      for (const constraint of table.constraints) if (constraint.kind === 'foreign key' && !constraint.inherited) drop(name, constraint.name, beside);
    }
    const { schema, name: own } = nameParts(name);
    const archive = choice.choose(`${ARCHIVED}${own}`);
    renames.push(`${k('ALTER TABLE')}${exists} ${beside} ${k('RENAME TO')} ${quoteIdentifier(archive)}`);
    drops.push(`${k('DROP TABLE')}${exists} ${beside.includes('.') ? `${quoteIdentifier(schema)}.` : ''}${quoteIdentifier(archive)}${behaviour === undefined ? '' : ` ${k(behaviour)}`}`);
  }
  const statements = [...keys, ...renames];
  const inPlace = [replaceStatement(context, index, statements)];
  const edits = runInstead(context, inPlace, statements, names) ?? inPlace;
  const title = `drop_${tables.map((table) => nameParts(table).name.toLowerCase().replace(/[^a-z0-9]+/gu, '_')).join('_')}`.slice(0, 80);
  const files = laterMigration(context, title, drops, { comment: 'Contract: once nobody has missed it.', edits });
  if (files === undefined) return [{ title: `Rename it to an archive name now; drop it in a later migration${placeInWords(context)}`, safety: 'review', edits }];
  return [{ title: `Rename it to an archive name now; drop it later, in a file of its own${placeInWords(context)}`, safety: 'review', edits, files }];
}

function namesFrom(tokens: readonly Token[], start: number, text: string): string[] {
  const names: string[] = [];
  for (let from = start; from < tokens.length; ) {
    let to = from;
    while (tokens[to + 1]?.text === '.') to += 2;
    names.push(written(text, tokens[from], tokens[to]));
    if (tokens[to + 1]?.text !== ',') break;
    from = to + 2;
  }
  return names;
}
