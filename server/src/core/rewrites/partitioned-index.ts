import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { nameParts, quoteIdentifier, type RelationName } from '../schema/names';
import { applyStatement } from '../schema/postgres/apply';
import type { Index } from '../schema/schema';
import { SchemaEditor } from '../schema/editor';
import { createParseMemo, statementsOf } from '../sql/postgres/parse';
import { tokensOf } from '../sql/postgres/scan';
import { is, written } from './alter-table';
import { replaceStatement } from './edits';
import { writtenBeside } from './expand-contract/names';
import { keyWordsLike } from './key-words';
import { placeInWords, runInstead } from './surroundings';

/**
 * The index of a partitioned table without a lock that holds writes up: ON ONLY the parent, CONCURRENTLY on each
 * partition, attached level by level. Indexes that partitions have already are attached as CREATE INDEX would. Names are
 * those the server would give.
 */
export function indexPartitionByPartition(context: MendContext, action: Extract<Action, { kind: 'create index' }>): readonly Fix[] {
  const { parsed, index, before, statements, path, target } = context;
  const table = action.relation === undefined ? undefined : before.relation(action.relation);
  const schema = statements[index]?.before;
  if (parsed.nodeKind !== 'IndexStmt' || table?.kind !== 'partitioned table' || table.partial === true || action.only || schema === undefined) return [];
  const tokens = tokensOf(parsed.text).filter((token) => token.kind !== 'comment');
  const on = tokens.findIndex((token) => is(token, 'ON'));
  const key = tokens.findIndex((token, at) => at > on && (is(token, 'USING') || is(token, '(')));
  if (on < 0 || key < 0) return [];
  const k = keyWordsLike(parsed.text);
  const create = written(parsed.text, tokens[0], tokens.find((token) => is(token, 'INDEX')));
  const relation = written(parsed.text, tokens[on + 1], tokens[key - 1]);
  const rest = written(parsed.text, tokens[key], tokens.at(-1));
  const ifNotExists = tokens.slice(0, on).some((token) => is(token, 'EXISTS')) ? ` ${k('IF NOT EXISTS')}` : '';

  const editor = new SchemaEditor(schema);
  const [plain] = statementsOf(parsed.text.replace(/(\bindex\s+)concurrently\s/iu, '$1'), createParseMemo());
  if (plain?.parsed.ok !== true) return [];
  applyStatement(plain.parsed, editor, { path, version: target.version });
  const top = newIndex(editor, table.name, new Set(table.indexes));
  if (top === undefined) return [];
  const own = (name: RelationName): string => quoteIdentifier(nameParts(name).name);
  const steps: string[] = [`${create}${ifNotExists} ${own(top.name)} ${k('ON ONLY')} ${relation} ${rest}`];
  const descend = (parent: Index, partitions: readonly RelationName[]): boolean => {
    for (const partition of partitions) {
      const known = editor.relation(partition);
      const child = indexOf(editor, partition, parent.name);
      if (known === undefined || !('children' in known) || known.kind === 'foreign table' || known.partial === true || child === undefined) {
        return false;
      }
      const target = writtenBeside(partition, relation);
      const isThere = before.relation(child.name) !== undefined;
      if (!isThere && known.kind === 'partitioned table') steps.push(`${create}${ifNotExists} ${own(child.name)} ${k('ON ONLY')} ${target} ${rest}`);
      if (!isThere && known.kind === 'table') steps.push(`${create} ${k('CONCURRENTLY')}${ifNotExists} ${own(child.name)} ${k('ON')} ${target} ${rest}`);
      if (!isThere && known.kind === 'partitioned table' && !descend(child, known.children)) return false;
      steps.push(`${k('ALTER INDEX')} ${writtenBeside(parent.name, relation)} ${k('ATTACH PARTITION')} ${writtenBeside(child.name, relation)}`);
    }
    return true;
  };
  if (!descend(top, table.children)) return [];
  const mentions = [nameParts(top.name).name, ...(action.unique ? ['conflict'] : [])];
  const edits = runInstead(context, [replaceStatement(context, index, steps)], steps, mentions);
  return edits === undefined ? [] : [{ title: `Build the index partition by partition${placeInWords(context)}`, safety: 'review', edits }];
}

function newIndex(editor: SchemaEditor, table: RelationName, there: ReadonlySet<RelationName>): Index | undefined {
  const relation = editor.relation(table);
  const name = relation !== undefined && 'indexes' in relation ? relation.indexes.find((candidate) => !there.has(candidate)) : undefined;
  const index = name === undefined ? undefined : editor.relation(name);
  return index?.kind === 'partitioned index' || index?.kind === 'index' ? index : undefined;
}

function indexOf(editor: SchemaEditor, partition: RelationName, parent: RelationName): Index | undefined {
  const relation = editor.relation(partition);
  for (const name of relation !== undefined && 'indexes' in relation ? relation.indexes : []) {
    const index = editor.relation(name);
    if ((index?.kind === 'index' || index?.kind === 'partitioned index') && index.parent === parent) return index;
  }
  return undefined;
}
