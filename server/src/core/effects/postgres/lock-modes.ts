/** PostgreSQL's eight table lock modes, weakest first (manual, "Explicit Locking"; src/include/storage/lockdefs.h). */
export const LOCK_MODES = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;

export type LockMode = (typeof LOCK_MODES)[number];

/** What others want to do with a relation that a lock may keep waiting. */
export type Blocked = 'read' | 'write' | 'ddl';

/**
 * Which modes wait for which, read off a server (test/postgres/conflicts.test.ts does so again): one row a held mode,
 * one bit an asked mode, both in the order of {@link LOCK_MODES}.
 */
const CONFLICTS: Readonly<Record<LockMode, string>> = {
  'ACCESS SHARE': '00000001',
  'ROW SHARE': '00000011',
  'ROW EXCLUSIVE': '00001111',
  'SHARE UPDATE EXCLUSIVE': '00011111',
  SHARE: '00110111',
  'SHARE ROW EXCLUSIVE': '00111111',
  EXCLUSIVE: '01111111',
  'ACCESS EXCLUSIVE': '11111111',
};

/** The rank of a mode: 0 for ACCESS SHARE to 7 for ACCESS EXCLUSIVE. Of two modes the higher one is called stronger. */
export function strength(mode: LockMode): number {
  return LOCK_MODES.indexOf(mode);
}

/** The stronger of two modes. */
export function stronger(a: LockMode, b: LockMode): LockMode {
  return strength(a) >= strength(b) ? a : b;
}

/** Whether a session that asks for `asked` waits while another one holds `held` on the same relation. */
export function conflicts(held: LockMode, asked: LockMode): boolean {
  return CONFLICTS[held][strength(asked)] === '1';
}

/**
 * Who waits for a lock: SELECT asks for ACCESS SHARE; INSERT, UPDATE and DELETE for ROW EXCLUSIVE; and every mode keeps
 * some DDL waiting, if only the kind that asks for ACCESS EXCLUSIVE.
 */
export function blocks(mode: LockMode): readonly Blocked[] {
  return BLOCKS[mode];
}

const BLOCKS = Object.fromEntries(
  LOCK_MODES.map((mode) => {
    const blocked: Blocked[] = [];
    if (conflicts(mode, 'ACCESS SHARE')) blocked.push('read');
    if (conflicts(mode, 'ROW EXCLUSIVE')) blocked.push('write');
    blocked.push('ddl');
    return [mode, blocked];
  }),
) as unknown as Readonly<Record<LockMode, readonly Blocked[]>>;

/** Whether reads or writes of the relation wait. */
export function blocksTraffic(mode: LockMode): boolean {
  return blocks(mode).includes('read') || blocks(mode).includes('write');
}
