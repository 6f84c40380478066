import { tokensOf } from '../../sql/postgres/scan';

/** What reads the start of the transaction, and how it follows from a variable that keeps it. */
const TIME: Readonly<Record<string, string>> = {
  now: '',
  transaction_timestamp: '',
  current_timestamp: '',
  current_date: '::date',
  current_time: '::timetz',
  localtimestamp: '::timestamp',
  localtime: '::time',
};

/** SQL in which the time stands still, and whether that changed anything. */
export interface FrozenTime {
  readonly sql: string;
  readonly frozen: boolean;
}

/**
 * Replaces what gives the time at which the transaction began by a variable: each batch is a transaction of its own,
 * but all rows shall get the one time that the single statement would have given them.
 */
export function withFrozenTime(sql: string, variable: string): FrozenTime {
  const tokens = tokensOf(sql).filter((token) => token.kind !== 'comment');
  let out = '';
  let at = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) continue;
    const word = token.text.toLowerCase();
    const cast = Object.hasOwn(TIME, word) ? TIME[word] : undefined;
    if (cast === undefined || tokens[index - 1]?.text === '.') continue;
    const isCall = tokens[index + 1]?.text === '(';
    let end = token;
    let modifier = '';
    if (word === 'now' || word === 'transaction_timestamp') {
      const close = tokens[index + 2];
      if (!isCall || close?.text !== ')') continue;
      end = close;
    } else if (isCall) {
      const [digits, close] = [tokens[index + 2], tokens[index + 3]];
      if (digits === undefined || close?.text !== ')') continue;
      modifier = `(${digits.text})`;
      end = close;
    }
    const type = modifier === '' ? cast : `${cast === '' ? '::timestamptz' : cast}${modifier}`;
    out += sql.slice(at, token.offset) + (type === '' ? variable : `(${variable}${type})`);
    at = end.offset + end.length;
  }
  return at === 0 ? { sql, frozen: false } : { sql: out + sql.slice(at), frozen: true };
}
