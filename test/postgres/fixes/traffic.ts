/** An application's reader and writer beside a migration, whose work leaves every row as it was. */
import pg from 'pg';
import type { Server } from '../servers';

/** Where what rows hold decides what a script does they are written as they are; where their order does they are only locked, since a new version is in another place. */
export type Dependence = 'nothing' | 'rows' | 'order';

export interface Traffic {
  /**
   * Does something while the reader and the writer are at work on the tables that a script names.
   * @param dependence what the outcome of the script depends on
   * @returns what `task` gave back; whether each row is again what it was, which it is not where the script took the column's
   * name away; and whether one of the two was the victim of a deadlock
   */
  beside<T>(script: string, dependence: Dependence, task: () => Promise<T>): Promise<{ readonly value: T; readonly settled: boolean; readonly deadlock: boolean }>;
  close(): Promise<void>;
}

/** How often both did something, over all scripts of this process. */
export const done = { reads: 0, writes: 0 };

/** The writer puts it behind a text and takes it away again. */
const MARK = '~';

/** Between two queries of one session, in ms: quick at first, so that brief scripts meet some, then slower, for the sake of the machine. */
const PAUSES = [0, 1, 2, 4, 8];
const PAUSE = 12;

interface Subject {
  readonly name: string;
  readonly bare: string;
  /** A column that may be set to itself. */
  readonly column: string | null;
  /** A column of text that is in no key; none in a partitioned table, whose rows may be elsewhere a moment later. */
  readonly text: string | null;
}

/** Opens two sessions in a database, for a migrator that has one of its own there. */
export async function openTraffic(server: Server, database: string, migrator: pg.Client): Promise<Traffic> {
  const [reader, writer] = await Promise.all([server.connect(database), server.connect(database)]);
  const { rows } = await migrator.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
  const pids = rows.map(({ pid }) => pid);

  return {
    close: async () => {
      await Promise.all([reader.end(), writer.end()]);
    },
    beside: async (script, dependence, task) => {
      const { rows: all } = await reader.query<Subject>(SUBJECTS);
      const words = script.toLowerCase();
      const named = all.filter(({ bare }) => words.includes(bare.toLowerCase()));
      const subjects = named.length > 0 ? named : all;
      let running = true;
      let settled = true;
      let deadlock = false;
      const attempt = async (client: pg.Client, sql: string): Promise<boolean> => {
        const code = await failureOf(client, sql);
        deadlock ||= code === DEADLOCK;
        return code === undefined;
      };
      const isRunning = (): boolean => running;
      const read = async (turn: number): Promise<void> => {
        const subject = subjects[turn % subjects.length];
        if (subject !== undefined && (await attempt(reader, `SELECT count(*) FROM ${subject.name}`))) done.reads += 1;
      };
      const write = async (turn: number): Promise<void> => {
        const { name, column, text } = subjects[turn % subjects.length] ?? { name: '', column: null, text: null };
        const row = (condition: string): string => `ctid = (SELECT ctid FROM ${name} WHERE ${condition} LIMIT 1 OFFSET ${String(turn % 5)})`;
        if (text !== null && dependence === 'nothing') {
          // Two transactions: the second has to see what the migration made of the first.
          if (!(await attempt(writer, `UPDATE ${name} SET ${text} = ${text} || '${MARK}' WHERE ${row(`${text} IS NOT NULL`)}`))) return;
          settled = (await attempt(writer, `UPDATE ${name} SET ${text} = rtrim(${text}, '${MARK}') WHERE ${text} LIKE '%${MARK}'`)) && settled;
          done.writes += 2;
        } else if (dependence === 'order') {
          if (await attempt(writer, `SELECT FROM ${name} LIMIT 1 OFFSET ${String(turn % 5)} FOR UPDATE`)) done.writes += 1;
        } else if (column !== null && (await attempt(writer, `UPDATE ${name} SET ${column} = ${column} WHERE ${row('true')}`))) done.writes += 1;
      };
      const repeat = async (work: (turn: number) => Promise<void>): Promise<void> => {
        for (let turn = 0; turn === 0 || isRunning(); turn++) {
          await work(turn);
          await pause(PAUSES[turn] ?? PAUSE);
        }
      };
      let finished = false;
      const others = Promise.all([repeat(read), repeat(write)]).finally(() => (finished = true));
      const isFinished = (): boolean => finished;
      try {
        const value = await task();
        running = false;
        // What the script has left locked would hold them up for ever.
        if (await isOpen(migrator)) {
          // And its snapshot may be one in which a row has the mark, however often that is taken away since.
          settled = false;
          while (!isFinished()) {
            await migrator.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS pid', [pids]);
            await pause(5);
          }
        }
        await others;
        return { value, settled, deadlock };
      } finally {
        running = false;
        await others;
      }
    },
  };
}

/** The lines of a fingerprint as they would be without the writer's mark. */
export const unmarked = (lines: readonly string[]): readonly string[] => lines.map((line) => (line.startsWith('row of ') ? line.replaceAll(ALONE, '""').replaceAll(MARK, '') : line));

/** Where nothing but the mark is in a field, there was an empty text, which a row shows as two quotes. */
const ALONE = new RegExp(`(?<=[(,])${MARK}+(?=[,)])`, 'gu');

async function isOpen(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ open: boolean }>('SELECT now() <> statement_timestamp() AS open');
  return rows[0]?.open === true;
}

/** The server's code for what went wrong with a query. What the migration takes away or forbids is its own business. */
async function failureOf(client: pg.Client, sql: string): Promise<string | undefined> {
  try {
    await client.query(sql);
    return undefined;
  } catch (error) {
    return error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  }
}

/** deadlock_detected */
const DEADLOCK = '40P01';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const SUBJECTS = `
  SELECT format('%I.%I', nspname, relname) AS name, relname AS bare,
    (SELECT quote_ident(attname) FROM pg_attribute a WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> 'a' ORDER BY attnum LIMIT 1) AS column,
    (SELECT quote_ident(attname) FROM pg_attribute a WHERE attrelid = c.oid AND relkind = 'r' AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND atttypid IN ('text'::regtype, 'varchar'::regtype)
      AND NOT EXISTS (SELECT FROM pg_index i WHERE indrelid = c.oid AND indisunique AND attnum = ANY (indkey))
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f' AND attnum = ANY (conkey)) ORDER BY attnum LIMIT 1) AS text
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE c.oid >= 16384 AND relkind IN ('r', 'p') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
  ORDER BY 1`;
