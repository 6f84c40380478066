import { quoteLiteral } from '../batches/literal';

/** A column that another takes the place of. Names unquoted, the table as SQL writes it. */
export interface Succession {
  readonly table: string;
  readonly from: string;
  readonly to: string;
  /** Indexes with their twins: `[schema.name, schema.twin]` as SQL writes them. */
  readonly indexes: readonly (readonly [from: string, to: string])[];
  /** Constraints of the table with their twins, names unquoted. */
  readonly constraints: readonly (readonly [from: string, to: string])[];
}

/**
 * A DO block that gives a column what of another's is not in a definition and what only the catalogue knows: its
 * default, the sequence it owns (a serial's or its identity), comments, privileges, statistics target and storage.
 */
export function carryOver({ table, from, to, indexes, constraints }: Succession, identity: 'always' | 'by default' | undefined): string {
  const relation = `${quoteLiteral(table)}::regclass`;
  const pairs = (list: readonly (readonly [string, string])[]): string => list.map(([a, b]) => `(${quoteLiteral(a)}, ${quoteLiteral(b)})`).join(', ');
  const source = `FROM pg_attribute AS a WHERE a.attrelid = ${relation} AND a.attname = ${quoteLiteral(from)}`;
  const column = `a.attrelid::regclass, ${quoteLiteral(to)}`;
  const parts = [
    ...(identity === undefined
      ? [
          `SELECT format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', ${column}, pg_get_expr(d.adbin, d.adrelid))\n    FROM pg_attrdef AS d JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum\n    WHERE a.attrelid = ${relation} AND a.attname = ${quoteLiteral(from)}`,
          `SELECT format('ALTER SEQUENCE %s OWNED BY %s.%I', s.objid::regclass, ${column})\n    FROM pg_depend AS s JOIN pg_attribute AS a ON s.refobjid = a.attrelid AND s.refobjsubid = a.attnum\n    WHERE s.classid = 'pg_class'::regclass AND s.refclassid = 'pg_class'::regclass AND s.deptype = 'a'\n      AND (SELECT relkind FROM pg_class WHERE oid = s.objid) = 'S'\n      AND a.attrelid = ${relation} AND a.attname = ${quoteLiteral(from)}`,
        ]
      : []),
    `SELECT format('COMMENT ON COLUMN %s.%I IS %L', ${column}, col_description(a.attrelid, a.attnum))\n    ${source} AND col_description(a.attrelid, a.attnum) IS NOT NULL`,
    `SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', ${column}, a.attstattarget)\n    ${source} AND a.attstattarget >= 0`,
    `SELECT format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', ${column}, array_to_string(a.attoptions, ', '))\n    ${source} AND a.attoptions IS NOT NULL`,
    `SELECT format('GRANT %s (%I) ON TABLE %s TO %s%s', g.privilege_type, ${quoteLiteral(to)}, a.attrelid::regclass,\n      CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)\n    FROM pg_attribute AS a, aclexplode(a.attacl) AS g WHERE a.attrelid = ${relation} AND a.attname = ${quoteLiteral(from)}`,
    ...(indexes.length === 0
      ? []
      : [
          `SELECT format('COMMENT ON INDEX %s IS %L', twin::regclass, obj_description(old::regclass, 'pg_class'))\n    FROM (VALUES ${pairs(indexes)}) AS pair (old, twin) WHERE obj_description(old::regclass, 'pg_class') IS NOT NULL`,
        ]),
    ...(constraints.length === 0
      ? []
      : [
          `SELECT format('COMMENT ON CONSTRAINT %I ON %s IS %L', twin, c.conrelid::regclass, obj_description(c.oid, 'pg_constraint'))\n    FROM (VALUES ${pairs(constraints)}) AS pair (old, twin) JOIN pg_constraint AS c ON c.conname = old AND c.conrelid = ${relation}\n    WHERE obj_description(c.oid, 'pg_constraint') IS NOT NULL`,
        ]),
  ];
  return [
    'DO $carry$',
    'DECLARE',
    '  command text;',
    ...(identity === undefined ? [] : identityDeclarations()),
    'BEGIN',
    ...(identity === undefined ? [] : identityCommands(table, from, to, identity)),
    '  FOR command IN',
    ...parts.flatMap((part, index) => [...(index === 0 ? [] : ['    UNION ALL']), `    ${part}`]),
    '  LOOP',
    '    EXECUTE command;',
    '  END LOOP;',
    'END',
    '$carry$',
  ].join('\n');
}

function identityDeclarations(): string[] {
  return ['  sequence_name text;', '  sequence record;', '  state record;', '  grants text[];'];
}

/** An identity's sequence cannot be handed on: a like one is made and set to where the old one is. */
function identityCommands(table: string, from: string, to: string, identity: 'always' | 'by default'): string[] {
  const [relation, old] = [quoteLiteral(table), quoteLiteral(from)];
  return [
    `  sequence_name := pg_get_serial_sequence(${relation}, ${old});`,
    `  SELECT s.*, format_type(s.seqtypid, NULL) AS type_name INTO sequence FROM pg_sequence AS s WHERE s.seqrelid = sequence_name::regclass;`,
    `  EXECUTE format('SELECT last_value, is_called FROM %s', sequence_name) INTO state;`,
    `  SELECT array_agg(format('GRANT %s ON SEQUENCE %s TO %s%s', g.privilege_type, sequence_name, CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END))`,
    `  INTO grants FROM pg_class AS c, aclexplode(c.relacl) AS g WHERE c.oid = sequence_name::regclass;`,
    `  EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP IDENTITY', ${relation}::regclass, ${old});`,
    `  EXECUTE format('ALTER TABLE %s ALTER COLUMN %I ADD GENERATED ${identity === 'always' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY (SEQUENCE NAME %s START WITH %s INCREMENT BY %s%s%s CACHE %s%s)',`,
    `    ${relation}::regclass, ${quoteLiteral(to)}, sequence_name, sequence.seqstart, sequence.seqincrement,`,
    `    -- A limit that is just that of the type is left to the new type.`,
    `    CASE WHEN sequence.seqmin IN (-32768, -2147483648, -9223372036854775808, 1) THEN '' ELSE ' MINVALUE ' || sequence.seqmin END,`,
    `    CASE WHEN sequence.seqmax IN (32767, 2147483647, 9223372036854775807, -1) THEN '' ELSE ' MAXVALUE ' || sequence.seqmax END,`,
    `    sequence.seqcache, CASE WHEN sequence.seqcycle THEN ' CYCLE' ELSE '' END);`,
    `  PERFORM setval(sequence_name::regclass, state.last_value, state.is_called);`,
    `  FOREACH command IN ARRAY coalesce(grants, '{}') LOOP`,
    '    EXECUTE command;',
    '  END LOOP;',
  ];
}

/**
 * A DO block that stops before anything is done where something hangs on the column that the script does not make anew:
 * a view, a policy, a publication's column list that nobody saw.
 * @param known names of the indexes, constraints and sequences that it does
 */
export function nothingElseOn(table: string, column: string, known: readonly string[]): string {
  const relation = `${quoteLiteral(table)}::regclass`;
  const names = `ARRAY[${known.map(quoteLiteral).join(', ')}]::text[]`;
  return [
    'DO $check$',
    'DECLARE',
    '  others text;',
    'BEGIN',
    `  SELECT string_agg(pg_describe_object(d.classid, d.objid, d.objsubid), ', ') INTO others`,
    `  FROM pg_depend AS d JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid`,
    `  WHERE d.refclassid = 'pg_class'::regclass AND a.attrelid = ${relation} AND a.attname = ${quoteLiteral(column)}`,
    `    AND NOT EXISTS (SELECT FROM pg_attrdef AS e WHERE d.classid = 'pg_attrdef'::regclass AND e.oid = d.objid AND e.adrelid = a.attrelid AND e.adnum = a.attnum)`,
    `    AND NOT EXISTS (SELECT FROM pg_class AS c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid AND (c.relkind = 'S' OR c.relname = ANY (${names})))`,
    `    AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE d.classid = 'pg_constraint'::regclass AND c.oid = d.objid AND (c.contype = 'n' OR c.conname = ANY (${names})));`,
    `  IF others IS NOT NULL THEN`,
    `    RAISE EXCEPTION '% of % is also used by: %', ${quoteLiteral(column)}, ${quoteLiteral(table)}, others;`,
    '  END IF;',
    'END',
    '$check$',
  ].join('\n');
}

/** A DO block that takes NOT NULL off a column and gives its name (PostgreSQL 18 has names for it) to that of another. */
export function notNullHandedOn(table: string, from: string, to: string): string {
  const relation = `${quoteLiteral(table)}::regclass`;
  const of = (column: string): string => `(SELECT c.conname FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]\n    WHERE c.contype = 'n' AND c.conrelid = ${relation} AND a.attname = ${quoteLiteral(column)})`;
  return [
    'DO $names$',
    'DECLARE',
    `  old text := ${of(from)};`,
    `  new text := ${of(to)};`,
    'BEGIN',
    `  EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', ${relation}, ${quoteLiteral(from)});`,
    '  IF old IS NOT NULL AND new IS NOT NULL THEN',
    `    EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', ${relation}, new, old);`,
    '  END IF;',
    'END',
    '$names$',
  ].join('\n');
}
