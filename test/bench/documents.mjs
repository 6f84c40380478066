// Migrations made up for measuring: the same number gives the same text on every run.

/** A mixed script: one table and its indexes, changes, data and privileges after the other. */
export function script(statements, from = 0) {
  const out = [];
  for (let n = 0; n < statements; n++) out.push(statement(from + n));
  return `${out.join('\n\n')}\n`;
}

/** One statement of a script that works through a table, there before it, with every round of kinds. */
function statement(n) {
  const table = `app.customer_orders_${Math.floor(n / KINDS.length)}`;
  return KINDS[n % KINDS.length](table, n);
}

const KINDS = [
  (t) => `CREATE TABLE ${t}_archive (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    user_id bigint NOT NULL,\n    state text NOT NULL DEFAULT 'new',\n    total numeric(12, 2),\n    created_at timestamptz NOT NULL DEFAULT now()\n);`,
  (t, n) => `CREATE INDEX idx_orders_user_${n} ON ${t} (user_id);`,
  (t) => `INSERT INTO ${t} (user_id, state, total) VALUES (1, 'new', 9.90), (2, 'paid', 19.90);`,
  (t) => `ALTER TABLE ${t} ADD COLUMN note text;`,
  (t) => `UPDATE ${t} SET state = 'paid' WHERE id = 42;`,
  (t, n) => `ALTER TABLE ${t} ADD CONSTRAINT total_positive_${n} CHECK (total >= 0) NOT VALID;`,
  (t) => `-- what the report reads\nCOMMENT ON TABLE ${t} IS 'orders; of customers';`,
  (t, n) => `CREATE INDEX CONCURRENTLY idx_orders_state_${n} ON ${t} (state) WHERE state <> 'paid';`,
  (t) => `DELETE FROM ${t} USING app.customers c WHERE c.id = user_id AND c.gone;`,
  (t) => `ALTER TABLE ${t} ALTER COLUMN total SET NOT NULL, ALTER COLUMN state DROP DEFAULT;`,
  (t, n) => `CREATE FUNCTION app.touch_${n}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n    NEW.created_at := now();\n    RETURN NEW;\nEND\n$$;`,
  (t) => `GRANT SELECT, INSERT ON ${t} TO reporting;`,
];

/**
 * A corpus of migration histories: folders of files of about seven statements each, in which later files change what
 * earlier ones made.
 * @returns {{ path: string, text: string }[]}
 */
export function corpus({ files, statements, folders }) {
  const out = [];
  for (let n = 0; n < files; n++) {
    const folder = n % folders;
    const place = Math.floor(n / folders);
    const start = Math.floor((n * statements) / files);
    const count = Math.floor(((n + 1) * statements) / files) - start;
    out.push({ path: `service_${folder}/migrations/${String(place + 1).padStart(4, '0')}_change.sql`, text: script(count, place * 7) });
  }
  return out;
}

/** Places in a text that a person could be typing at: inside words, spread over the whole text. */
export function typingPlaces(text, count) {
  const words = [...text.matchAll(/\b(?:user_id|state|total|note)\b/g)].map((match) => match.index + 2);
  return Array.from({ length: count }, (_, n) => words[Math.floor(((n * 0.618_034) % 1) * words.length)]);
}
