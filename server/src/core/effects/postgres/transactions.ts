import type { Node, TransactionStmt, VariableSetStmt } from '@pgsql/types';
import type { TransactionControl } from '../effects';
import type { Claims } from './claims';

/** BEGIN, COMMIT and their kin. */
export function transactionStmt(stmt: TransactionStmt, claims: Claims): void {
  claims.control = controlOf(stmt);
  claims.act({ kind: 'other' });
}

function controlOf(stmt: TransactionStmt): TransactionControl | undefined {
  const name = stmt.savepoint_name ?? '';
  const chain = stmt.chain === true;
  switch (stmt.kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      return { kind: 'begin' };
    case 'TRANS_STMT_COMMIT':
      return { kind: 'commit', chain };
    case 'TRANS_STMT_ROLLBACK':
      return { kind: 'rollback', chain };
    case 'TRANS_STMT_SAVEPOINT':
      return { kind: 'savepoint', name };
    case 'TRANS_STMT_RELEASE':
      return { kind: 'release', name };
    case 'TRANS_STMT_ROLLBACK_TO':
      return { kind: 'rollback to', name };
    case 'TRANS_STMT_PREPARE':
      return { kind: 'prepare' };
    default:
      return undefined;
  }
}

/** The server's words for the tag of a transaction command. */
export function transactionTag(stmt: TransactionStmt): string {
  switch (stmt.kind) {
    case 'TRANS_STMT_BEGIN':
      return 'BEGIN';
    case 'TRANS_STMT_START':
      return 'START TRANSACTION';
    case 'TRANS_STMT_COMMIT':
      return 'COMMIT';
    case 'TRANS_STMT_SAVEPOINT':
      return 'SAVEPOINT';
    case 'TRANS_STMT_RELEASE':
      return 'RELEASE';
    case 'TRANS_STMT_PREPARE':
      return 'PREPARE TRANSACTION';
    case 'TRANS_STMT_COMMIT_PREPARED':
      return 'COMMIT PREPARED';
    case 'TRANS_STMT_ROLLBACK_PREPARED':
      return 'ROLLBACK PREPARED';
    default:
      return 'ROLLBACK';
  }
}

/** SET and RESET of a parameter. */
export function variableSet(stmt: VariableSetStmt, claims: Claims): void {
  const name = (stmt.name ?? '').toLowerCase();
  const sets = stmt.kind === 'VAR_SET_VALUE';
  if (name !== '' && stmt.kind !== 'VAR_SET_MULTI' && stmt.kind !== 'VAR_RESET_ALL') {
    claims.setting = { name, value: sets ? (stmt.args ?? []).map(valueOf).join(', ') : undefined, local: stmt.is_local === true };
  }
  claims.act({ kind: 'other' });
}

/** A parameter's value as text, without quotes. */
export function valueOf(node: Node): string {
  if ('TypeCast' in node) return node.TypeCast.arg === undefined ? '' : valueOf(node.TypeCast.arg);
  if (!('A_Const' in node)) return '';
  const { sval, ival, fval, boolval } = node.A_Const;
  if (sval !== undefined) return sval.sval ?? '';
  if (fval !== undefined) return fval.fval ?? '';
  if (boolval !== undefined) return boolval.boolval === true ? 'on' : 'off';
  return String(ival?.ival ?? 0);
}
