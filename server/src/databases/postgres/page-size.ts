import type { Reading } from './connection';

/** Bytes of a page of the server. */
export async function readPageSize(reading: Reading): Promise<number> {
  const [block] = await reading.rows("SELECT pg_catalog.current_setting('block_size')::int");
  return Number(block?.[0]);
}
