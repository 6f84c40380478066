import type { Reading } from './connection';

/** It is the same as long as a server runs. */
const known = new WeakMap<Reading, number>();

/** Bytes of a page of the server; asked for once a session. */
export async function readPageSize(reading: Reading): Promise<number> {
  let size = known.get(reading);
  if (size === undefined) {
    const [block] = await reading.rows("SELECT pg_catalog.current_setting('block_size')::int");
    known.set(reading, (size = Number(block?.[0])));
  }
  return size;
}
