/** Copies of the world: one for all statements that can be rolled back, and one each for the others. */
import type pg from 'pg';
import type { Server } from './servers';

/** Name of the database that every other one is copied from. Nobody stays connected to it. */
export const WORLD = 'world';

export interface Copy {
  readonly database: string;
  /** The session that runs the statement, and its process id. */
  readonly session: pg.Client;
  readonly pid: number;
}

export class Copies {
  private count = 0;

  constructor(
    private readonly server: Server,
    private readonly admin: pg.Client,
  ) {}

  /** A copy in which `setup` has been run and committed. Throws the server's error when the setup fails. */
  async open(setup: string | undefined): Promise<Copy> {
    const database = `copy_${++this.count}`;
    // FILE_COPY is much quicker where nothing is synced to disk.
    const strategy = this.server.major >= 15 ? 'STRATEGY FILE_COPY' : '';
    await this.admin.query(`CREATE DATABASE ${database} TEMPLATE ${WORLD} ${strategy}`);
    const session = await this.server.connect(database);
    try {
      if (setup !== undefined) await session.query(setup);
      await session.query('RESET ALL; SET client_min_messages = debug1');
    } catch (error) {
      await session.end();
      await this.drop(database);
      throw error;
    }
    const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return { database, session, pid: rows[0]?.pid ?? 0 };
  }

  /** Removes a copy whose sessions have said goodbye; they are really gone a moment later. */
  async drop(database: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.admin.query(`DROP DATABASE ${database}`);
        return;
      } catch (error) {
        if (attempt === 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  async close(copy: Copy): Promise<void> {
    await copy.session.end();
    await this.drop(copy.database);
  }
}
