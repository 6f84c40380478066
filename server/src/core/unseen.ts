import type { Unseen } from './schema/schema';
import type { SchemaVersion } from './schema/version';
import { Entries } from './schema/entries';

/** The same schema after something that may have made anything; where not everything is known to begin with it stays as it is. */
export function afterUnseen(schema: SchemaVersion, what: Unseen): SchemaVersion {
  if (!schema.isComplete || schema.entry('unseen', what) === true) return schema;
  const known = afterwards[what];
  let after = known.get(schema);
  if (after === undefined) {
    const change = new Entries();
    change.set('unseen', what, true);
    known.set(schema, (after = schema.with(change)));
  }
  return after;
}

/** The same version for the same version, so that states can be compared. */
const afterwards: Readonly<Record<Unseen, WeakMap<SchemaVersion, SchemaVersion>>> = { sql: new WeakMap(), code: new WeakMap() };
