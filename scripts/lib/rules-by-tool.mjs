// docs/rules-by-tool.md: which other tool has a check like each of our rules, by its own name for it.
//
// squawk's and postgres-language-server's names were read from the programs (squawk-cli 2.66, postgres-language-server
// 0.25.5), pgfence's from its README; Atlas' codes from the check list of its documentation (those from PG306 on, MF104 and TX from other lists of them), strong_migrations' from its error_messages. A name in the table says that the tool has the check, not that it is right about it.

const TOOLS = [
  ['squawk', 'https://squawkhq.com/docs/rules'],
  ['pgfence', 'https://github.com/flvmnt/pgfence#what-it-catches'],
  ['postgres-language-server', 'https://pg-language-server.com/latest/reference/rules/'],
  ['Atlas', 'https://atlasgo.io/lint/analyzers'],
  ['strong_migrations', 'https://github.com/ankane/strong_migrations#checks'],
];

/** Rule id to the other tools' names, in the order of TOOLS; empty for a tool that has no such check. */
const ALSO_IN = {
  'add-check-validating': ['constraint-missing-not-valid', 'ADD CONSTRAINT … CHECK', 'constraintMissingNotValid', 'PG305', 'add_check_constraint'],
  'add-column-domain': ['ban-alter-domain-with-add-constraint, ban-create-domain-with-constraint', '', '', '', ''],
  'add-column-generated-stored': ['adding-field-with-default', 'GENERATED STORED', 'addingFieldWithDefault', 'PG309', 'add_column_generated_stored'],
  'add-column-identity': ['adding-serial-primary-key-field', 'ADD COLUMN … serial', 'addSerialColumn', 'PG310', 'add_column_auto_incrementing'],
  'add-column-not-null': ['adding-required-field', 'ADD COLUMN … NOT NULL', 'addingRequiredField', 'MF103', ''],
  'add-column-references': ['adding-foreign-key-constraint', '', 'addingForeignKeyConstraint', '', 'add_reference'],
  'add-column-rewriting': ['adding-field-with-default', 'DEFAULT <volatile>', 'addingFieldWithDefault', 'PG302', 'add_column_default'],
  'add-column-unique': ['disallowed-unique-constraint', '', 'disallowUniqueConstraint', '', ''],
  'add-foreign-key-validating': ['adding-foreign-key-constraint', 'ADD CONSTRAINT … FOREIGN KEY', 'addingForeignKeyConstraint', 'PG306', 'add_foreign_key'],
  'add-primary-key-blocking': ['adding-serial-primary-key-field', '', 'addingPrimaryKeyConstraint', 'PG104, PG304', ''],
  'add-unique-blocking': ['disallowed-unique-constraint', 'ADD CONSTRAINT … UNIQUE', 'disallowUniqueConstraint', 'PG105, MF101', 'add_unique_constraint'],
  'alter-domain-scanning': ['ban-alter-domain-with-add-constraint', '', '', '', ''],
  'alter-type-rewriting': ['changing-column-type', 'ALTER COLUMN TYPE', 'changingColumnType', 'PG301', 'change_column'],
  'attach-partition-scanning': ['', '', 'avoidAttachingPartition', '', ''],
  'begin-without-commit': ['ban-uncommitted-transaction', '', '', '', ''],
  'create-index-blocking': ['require-concurrent-index-creation', 'CREATE INDEX', 'requireConcurrentIndexCreation', 'PG101', 'add_index'],
  'created-later': ['', '', '', 'non-linear changes', ''],
  'data-and-ddl-in-one-transaction': ['', '', 'runningStatementWhileHoldingAccessExclusive', '', 'backfilling data'],
  'delete-whole-table': ['', '', 'banDeleteWithoutWhere', '', ''],
  'detach-partition-blocking': ['require-concurrent-partition-detach', '', 'requireConcurrentDetachPartition', '', ''],
  'drop-column': ['ban-drop-column', 'DROP COLUMN', 'banDropColumn', 'DS103', 'remove_column'],
  'drop-foreign-key': ['', '', '', 'CD101', ''],
  'drop-index-blocking': ['require-concurrent-index-deletion', 'DROP INDEX', 'requireConcurrentIndexDeletion', 'PG102', 'remove_index'],
  'drop-object': ['ban-drop-database', '', 'banDropSchema, banDropDatabase', 'DS101', ''],
  'drop-table': ['ban-drop-table', 'DROP TABLE', 'banDropTable', 'DS102', 'create_table (force)'],
  'exclusion-constraint': ['', 'ADD CONSTRAINT … EXCLUDE', 'avoidAddingExclusionConstraint', '', 'add_exclusion_constraint'],
  'foreign-key-without-index': ['', '', 'unindexedForeignKeys', '', ''],
  'int-primary-key': ['prefer-bigint-over-int', 'integer columns', 'preferBigInt', '', ''],
  'json-column': ['', 'ADD COLUMN … json', 'preferJsonb', '', 'add_column_json'],
  'missing-lock-timeout': ['require-timeout-settings, require-lock-timeout', 'missing lock_timeout', 'lockTimeoutWarning', '', 'lock_timeout'],
  'nested-begin': ['transaction-nesting', '', 'transactionNesting', 'TX201', ''],
  'not-idempotent': ['prefer-robust-stmts', '', 'preferRobustStmts', '', ''],
  'not-in-transaction': ['ban-concurrent-index-creation-in-transaction', 'CONCURRENTLY inside transaction', 'banConcurrentIndexCreationInTransaction', 'PG103, TX101', 'add_index'],
  'redundant-index': ['', '', 'duplicateIndex', '', ''],
  'refresh-materialized-view': ['', '', 'requireConcurrentRefreshMatview', '', ''],
  'reindex-blocking': ['require-concurrent-reindex', '', 'requireConcurrentReindex', '', ''],
  'rename-column': ['renaming-column', 'RENAME COLUMN', 'renamingColumn', 'BC102', 'rename_column'],
  'rename-table': ['renaming-table', 'RENAME TABLE', 'renamingTable', 'BC101', 'rename_table, rename_schema'],
  'set-not-null-scanning': ['adding-not-nullable-field', 'SET NOT NULL', 'addingNotNullField', 'PG303, MF104', 'change_column_null, change_column_null_postgresql'],
  'several-alters-of-one-table': ['', '', 'multipleAlterTable', '', ''],
  'several-tables-locked': ['', 'multiple ACCESS EXCLUSIVE', 'avoidWideLockWindow', '', ''],
  'table-rewriting': ['prefer-repack', 'VACUUM FULL', 'banVacuumFull', 'PG307, PG311', ''],
  'table-without-primary-key': ['', '', 'noPrimaryKey', '', ''],
  'timestamp-without-time-zone': ['prefer-timestamp-tz', 'timestamp', 'preferTimestamptz', '', ''],
  truncate: ['ban-truncate-cascade', 'TRUNCATE', 'banTruncate, banTruncateCascade', '', ''],
  'unique-index-duplicates': ['', '', '', 'MF101, MF102', ''],
  'unused-ignore': ['unused-ignore', '', '', '', ''],
  'update-whole-table': ['', 'UPDATE without WHERE', 'banUpdateWithoutWhere', '', 'backfilling data'],
  'validate-in-same-transaction': ['', 'NOT VALID + VALIDATE', 'requireSeparateConstraintValidation', '', 'validate_foreign_key, validate_check_constraint'],
  'wide-index': ['', '', '', '', 'add_index_columns'],
  'work-under-strong-lock': ['', 'multiple ACCESS EXCLUSIVE', 'runningStatementWhileHoldingAccessExclusive', '', ''],
  'change-default': ['', '', '', '', 'change_column_default'],
  'dynamic-sql-unknown': ['', '', '', '', 'execute'],
};

/** The table as Markdown. Throws for a name that is no rule's: it was renamed, or is gone. */
export function rulesByTool(metas) {
  const ids = new Set(metas.map(({ id }) => id));
  const strange = Object.keys(ALSO_IN).filter((id) => !ids.has(id));
  if (strange.length > 0) throw new Error(`scripts/lib/rules-by-tool.mjs names rules that are none: ${strange.join(', ')}`);
  const rows = metas.map(({ id }) => [`[${id}](rules/${id}.md)`, ...TOOLS.map((_, at) => ALSO_IN[id]?.[at] ?? '')]);
  const count = (at) => rows.filter((row) => row[at + 1] !== '').length;
  const alone = rows.filter((row) => row.slice(1).every((cell) => cell === '')).length;
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    '# Rules by tool',
    `Lockscope has ${String(metas.length)} rules for PostgreSQL. Of these, ${TOOLS.map(([name, address], at) => `[${name}](${address}) has ${String(count(at))}`).join(', ')}; ${String(alone)} are in none of them. A cell holds the tool's own name for the check; it says that the tool has one, not that both agree on when to report.`,
    'The names of squawk (2.66) and postgres-language-server (0.25.5) come from the programs, those of pgfence from its README. Those of Atlas (some of them in Atlas Pro only) come from the list of checks in its documentation, those of strong_migrations from its error messages; which of ours they stand beside was decided by reading them.',
    [line(['rule', ...TOOLS.map(([name]) => name)]), `|${'---|'.repeat(TOOLS.length + 1)}`, ...rows.map(line)].join('\n'),
    '',
  ].join('\n\n').replace(/\n+$/u, '\n');
}
