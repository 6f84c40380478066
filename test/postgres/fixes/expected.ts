/**
 * What a fix is meant to change: only these lines of the fingerprint may differ, and some of them must.
 * A fix that is not listed leaves exactly what the original leaves.
 */
export interface Difference {
  readonly reason: string;
  /** Lines that only the original leaves. */
  readonly original: RegExp | undefined;
  /** Lines that only the fixed migration leaves. */
  readonly fixed: RegExp | undefined;
}

export const EXPECTED: Readonly<Record<string, Difference>> = {
  'json-column': {
    reason: 'the type is jsonb on purpose, and so are its values',
    original: /^column: .* json(\[\])? not null|^relation: \S+ (?:\S+ )?v /,
    fixed: /^column: .* jsonb(\[\])? not null/,
  },
  'add-column-not-null': {
    reason: 'the column stays nullable until it has values',
    original: /^column: .* not null t |^constraint: .* NOT NULL /i,
    fixed: /^column: .* not null f /,
  },
  'add-column-generated-stored': {
    reason: 'the column is worked out when it is read',
    original: /^column: .* generated s /,
    fixed: /^column: .* generated v /,
  },
  'alter-domain-scanning': {
    reason: 'when to validate is left to people',
    original: /^constraint: .* valid t /,
    fixed: /^constraint: .* NOT VALID valid f /,
  },
  'detach-partition-blocking': {
    reason: 'the partition keeps a CHECK that says what its bound was (ATExecDetachPartition in tablecmds.c)',
    original: undefined,
    fixed: /^constraint: .* CHECK \(/,
  },
  'sequence-left-small': {
    reason: 'the sequence is a bigint on purpose',
    original: /^sequence: \S.* (?:smallint|integer) start /,
    fixed: /^sequence: \S.* bigint start .* to 9223372036854775807 /,
  },
  'rename-table': {
    reason: 'a view stands under the old name',
    original: undefined,
    fixed: /^(?:relation: .* v persistence |view: |column: )/,
  },
};

/** What is wrong with what a fix of a rule leaves behind, in words; undefined where nothing is. */
export function complaintOf(rule: string, original: readonly string[], fixed: readonly string[]): string | undefined {
  const differs = difference(original, fixed);
  const [a, b] = [differs.original, differs.fixed];
  const expected = EXPECTED[rule];
  if (expected === undefined) return a.length + b.length === 0 ? undefined : shown(a, b);
  if (a.length + b.length === 0) return `the expected difference is missing: ${expected.reason}`;
  const [strangeA, strangeB] = [a.filter((line) => expected.original?.test(line) !== true), b.filter((line) => expected.fixed?.test(line) !== true)];
  return strangeA.length + strangeB.length === 0 ? undefined : shown(strangeA, strangeB);
}

function shown(original: readonly string[], fixed: readonly string[]): string {
  const some = (lines: readonly string[], sign: string): string[] => lines.slice(0, 8).map((line) => `${sign} ${line}`);
  return ['difference', ...some(original, '-'), ...some(fixed, '+')].join('\n');
}

/** The lines that only one of two has. */
function difference(original: readonly string[], fixed: readonly string[]): { readonly original: string[]; readonly fixed: string[] } {
  const [a, b] = [new Set(original), new Set(fixed)];
  return { original: original.filter((line) => !b.has(line)), fixed: fixed.filter((line) => !a.has(line)) };
}
