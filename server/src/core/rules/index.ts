import { addCheckValidating } from './add-check-validating';
import { addColumnCheck } from './add-column-check';
import { addColumnDomain } from './add-column-domain';
import { addColumnGeneratedStored } from './add-column-generated-stored';
import { addColumnIdentity } from './add-column-identity';
import { addColumnNotNull } from './add-column-not-null';
import { addColumnReferences } from './add-column-references';
import { addColumnRewriting } from './add-column-rewriting';
import { addColumnUnique } from './add-column-unique';
import { addForeignKeyValidating } from './add-foreign-key-validating';
import { addPrimaryKeyBlocking } from './add-primary-key-blocking';
import { addUniqueBlocking } from './add-unique-blocking';
import { alreadyExists } from './already-exists';
import { alterDomainScanning } from './alter-domain-scanning';
import { alterSequence } from './alter-sequence';
import { alterTypeNarrowing } from './alter-type-narrowing';
import { alterTypeRewriting } from './alter-type-rewriting';
import { attachPartitionScanning } from './attach-partition-scanning';
import { batchWithoutIndex } from './batch-without-index';
import { beginWithoutCommit } from './begin-without-commit';
import { changeDefault } from './change-default';
import { codeUnsure } from './code-unsure';
import { concurrentlyOnPartitioned } from './concurrently-on-partitioned';
import { copiedThenDropped } from './copied-then-dropped';
import { createIndexBlocking } from './create-index-blocking';
import { createPartitionOf } from './create-partition-of';
import { createTableForeignKey } from './create-table-foreign-key';
import { createdLater } from './created-later';
import { dataAndDdlInOneTransaction } from './data-and-ddl-in-one-transaction';
import { dataViolatesConstraint } from './data-violates-constraint';
import { deleteWholeTable } from './delete-whole-table';
import { detachPartitionBlocking } from './detach-partition-blocking';
import { doesNotExist } from './does-not-exist';
import { dropColumn } from './drop-column';
import { dropConcurrentIndex } from './drop-concurrent-index';
import { dropForeignKey } from './drop-foreign-key';
import { dropIndexBlocking } from './drop-index-blocking';
import { dropObject } from './drop-object';
import { dropTable } from './drop-table';
import { dropThenCreateIndex } from './drop-then-create-index';
import { duplicateNumber } from './duplicate-number';
import { dynamicSqlUnknown } from './dynamic-sql-unknown';
import { enumValueUsedInTransaction } from './enum-value-used-in-transaction';
import { exclusionConstraint } from './exclusion-constraint';
import { foreignKeyTypeMismatch } from './foreign-key-type-mismatch';
import { foreignKeyWithoutIndex } from './foreign-key-without-index';
import { indexInvalidLeftover } from './index-invalid-leftover';
import { inexactNumber } from './inexact-number';
import { insertSelectLarge } from './insert-select-large';
import { intPrimaryKey } from './int-primary-key';
import { jsonColumn } from './json-column';
import { lockTimeoutAroundConcurrently } from './lock-timeout-around-concurrently';
import { mergeLarge } from './merge-large';
import { missingLockTimeout } from './missing-lock-timeout';
import { missingReplicaIdentity } from './missing-replica-identity';
import { nestedBegin } from './nested-begin';
import { neverValidated } from './never-validated';
import { notIdempotent } from './not-idempotent';
import { notInTransaction } from './not-in-transaction';
import { offsetPaging } from './offset-paging';
import { publishedTableChange } from './published-table-change';
import { redundantIndex } from './redundant-index';
import { refreshMaterializedView } from './refresh-materialized-view';
import { reindexBlocking } from './reindex-blocking';
import { renameColumn } from './rename-column';
import { renameEnumValue } from './rename-enum-value';
import { renameTable } from './rename-table';
import { routineNamesDropped } from './routine-names-dropped';
import { sequenceLeftSmall } from './sequence-left-small';
import { sequenceNearItsEnd } from './sequence-near-its-end';
import { setNotNullScanning } from './set-not-null-scanning';
import { severalAltersOfOneTable } from './several-alters-of-one-table';
import { severalTablesLocked } from './several-tables-locked';
import { tableRewriting } from './table-rewriting';
import { tableWithoutPrimaryKey } from './table-without-primary-key';
import { timestampWithoutTimeZone } from './timestamp-without-time-zone';
import { truncate } from './truncate';
import { uniqueIndexDuplicates } from './unique-index-duplicates';
import { unusedIgnore } from './unused-ignore';
import { updateWholeTable } from './update-whole-table';
import { validateInSameTransaction } from './validate-in-same-transaction';
import { wayBackMissing } from './way-back-missing';
import { wideIndex } from './wide-index';
import { workUnderStrongLock } from './work-under-strong-lock';
import type { FileRule, Rule, RuleMeta } from './rule';

/** Every rule that judges statements. A new one is a file beside this one and a line here. */
export const RULES: readonly Rule[] = [
  addCheckValidating,
  addColumnCheck,
  addColumnDomain,
  addColumnGeneratedStored,
  addColumnIdentity,
  addColumnNotNull,
  addColumnReferences,
  addColumnRewriting,
  addColumnUnique,
  addForeignKeyValidating,
  addPrimaryKeyBlocking,
  addUniqueBlocking,
  alreadyExists,
  alterDomainScanning,
  alterSequence,
  alterTypeNarrowing,
  alterTypeRewriting,
  attachPartitionScanning,
  batchWithoutIndex,
  changeDefault,
  concurrentlyOnPartitioned,
  createIndexBlocking,
  createPartitionOf,
  createTableForeignKey,
  dataAndDdlInOneTransaction,
  deleteWholeTable,
  detachPartitionBlocking,
  doesNotExist,
  dropColumn,
  dropForeignKey,
  dropIndexBlocking,
  dropTable,
  dynamicSqlUnknown,
  exclusionConstraint,
  foreignKeyTypeMismatch,
  indexInvalidLeftover,
  dataViolatesConstraint,
  inexactNumber,
  insertSelectLarge,
  intPrimaryKey,
  jsonColumn,
  lockTimeoutAroundConcurrently,
  mergeLarge,
  missingReplicaIdentity,
  notIdempotent,
  notInTransaction,
  offsetPaging,
  publishedTableChange,
  redundantIndex,
  refreshMaterializedView,
  reindexBlocking,
  renameEnumValue,
  sequenceNearItsEnd,
  setNotNullScanning,
  severalTablesLocked,
  tableRewriting,
  timestampWithoutTimeZone,
  truncate,
  uniqueIndexDuplicates,
  updateWholeTable,
  validateInSameTransaction,
  wideIndex,
  workUnderStrongLock,
];

/** Every rule that judges whole files. */
export const FILE_RULES: readonly FileRule[] = [
  beginWithoutCommit,
  codeUnsure,
  copiedThenDropped,
  createdLater,
  dropConcurrentIndex,
  dropObject,
  dropThenCreateIndex,
  duplicateNumber,
  enumValueUsedInTransaction,
  foreignKeyWithoutIndex,
  missingLockTimeout,
  nestedBegin,
  neverValidated,
  renameColumn,
  renameTable,
  routineNamesDropped,
  sequenceLeftSmall,
  severalAltersOfOneTable,
  tableWithoutPrimaryKey,
  unusedIgnore,
  wayBackMissing,
];

/** What people read about all rules, in the order of their groups and ids. */
export const RULE_METAS: readonly RuleMeta[] = [...RULES, ...FILE_RULES]
  .map((rule) => rule.meta)
  .sort((a, b) => a.group.localeCompare(b.group) || a.id.localeCompare(b.id));
