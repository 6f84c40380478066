import type { Action } from '../effects/effects';
import type { Fix, MendContext } from '../rules/rule';
import { nameParts, quoteIdentifier } from '../schema/names';
import { inTransaction } from '../timeline';
import { alterTableName } from './alter-table';
import { quoteLiteral } from './batches/literal';
import { indentAt, insertAfter, lineEndOf, replaceStatement } from './edits';
import { WorkNames } from './expand-contract/names';
import { keyWordsLike } from './key-words';
import { laterMigration } from './own-file';

/**
 * Renames a column while releases that use the old name run: the table moves to another name and an updatable view with
 * both columns takes its place, in one transaction. A migration of its own puts the table back.
 */
export function renameColumnBehindView(context: MendContext, action: Extract<Action, { kind: 'rename column' }>): readonly Fix[] {
  const { parsed, index, before, text, moment, statements } = context;
  const table = action.relation === undefined ? undefined : before.relation(action.relation);
  const name = alterTableName(parsed.text);
  if (parsed.nodeKind !== 'RenameStmt' || name === undefined || action.relation === undefined) return [];
  if (table !== undefined && (table.kind !== 'table' && table.kind !== 'partitioned table')) return [];
  // Rows of a partition are reached through its parent too, and policies judge the view's owner instead of its reader.
  if (table !== undefined && (table.bound !== undefined || table.parents.length > 0 || (table.kind === 'table' && table.children.length > 0) || table.rowSecurity)) return [];
  const k = keyWordsLike(parsed.text);
  const { schema, name: own } = nameParts(action.relation);
  const names = new WorkNames([...before.allRelations()].map((relation) => nameParts(relation.name).name));
  const aside = quoteIdentifier(names.choose(own, 'table'));
  const prefix = name.includes('.') ? `${quoteIdentifier(schema)}.` : '';
  const lead = lineEndOf(text) + indentAt(text, statements[index]?.span.offset ?? 0);
  const after = [
    `${k('ALTER TABLE')} ${name} ${k('RENAME TO')} ${aside}`,
    `${k('CREATE VIEW')} ${name} ${k('AS SELECT')} *, ${quoteIdentifier(action.to)} ${k('AS')} ${quoteIdentifier(action.column)} ${k('FROM')} ${prefix}${aside}`,
    samePrivileges(prefix + aside, name).split('\n').join(lead),
  ];
  const edits = inTransaction(moment) ? [insertAfter(context, index, after)] : [replaceStatement(context, index, [k('BEGIN'), parsed.text, ...after, k('COMMIT')])];
  const contract = [`${k('DROP VIEW')} ${name}`, `${k('ALTER TABLE')} ${prefix}${aside} ${k('RENAME TO')} ${quoteIdentifier(own)}`];
  const word = action.to.toLowerCase().replace(/[^a-z0-9]+/gu, '_');
  const files = laterMigration(context, `drop_old_name_of_${word}`, contract, { comment: `Contract: once nothing uses ${action.column} any more.`, together: true });
  // Nobody would put the table back.
  if (files === undefined) return [];
  return [{ title: 'Keep the old name too: an updatable view with both takes the place of the table until a later file', safety: 'review', edits, files }];
}

/** A view is reached with its own privileges: it gets those of the table that it stands for. */
function samePrivileges(table: string, view: string): string {
  const grant = (columns: string): string =>
    `format('GRANT %s${columns === '' ? '' : ' (%I)'} ON %s TO %s%s', g.privilege_type, ${columns}${quoteLiteral(view)}::regclass,\n      CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)`;
  const relation = `${quoteLiteral(table)}::regclass`;
  return [
    'DO $grants$',
    'DECLARE',
    '  command text;',
    'BEGIN',
    `  EXECUTE format('ALTER VIEW %s OWNER TO %s', ${quoteLiteral(view)}::regclass, (SELECT relowner::regrole FROM pg_class WHERE oid = ${relation}));`,
    '  FOR command IN',
    `    SELECT ${grant('')}`,
    `    FROM pg_class AS c, aclexplode(c.relacl) AS g WHERE c.oid = ${relation} AND g.grantee <> c.relowner`,
    '    UNION ALL',
    `    SELECT ${grant('a.attname, ')}`,
    `    FROM pg_attribute AS a, aclexplode(a.attacl) AS g WHERE a.attrelid = ${relation} AND NOT a.attisdropped`,
    '  LOOP',
    '    EXECUTE command;',
    '  END LOOP;',
    'END',
    '$grants$',
  ].join('\n');
}
