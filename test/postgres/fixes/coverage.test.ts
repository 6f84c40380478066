/**
 * Whether each fix that a rule can offer is proven on each of the versions: by what it leaves behind, and by what it holds
 * up. What runs through lanes.ts has a reader and a writer beside it, and nothing else counts here.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { loadRewriter } from '../../../server/src/core/rewrites/batches/typed-tree';
import { FILE_RULES, RULES } from '../../../server/src/core/rules';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { loadLanguages } from '../../grammars';
import { analyzeExample } from '../../core/rules/example';
import { GENERATED, world } from './arbitrary';
import { corpusOn, PROVEN_ON } from './corpus';
import { PHASED, PHASED_FORMS, REVERSIBLE, REVERSIBLE_FORMS, UNVALIDATED } from './histories';
import { LARGE_SCHEMA, lockCases, UNMEASURED, UNMEASURED_RULES } from './lock-cases';
import { findingsIn, migration } from './mend';
import { STATEMENTS_OF_TOOLS, TOOL_EXAMPLES, users, type Placement } from './placements';
import { fits, titlesInSources } from './titles';
import { SCHEMA } from './world';

/** A rule and the title of one of its fixes, as far as it is in the sources. */
type Kind = `${string}: ${string}`;

let titles: readonly string[];

beforeAll(async () => {
  await loadPostgresParser();
  await loadRewriter();
  await loadLanguages(...TOOL_EXAMPLES.map(({ path }) => path));
  // Along a column of the target or of another table: the same fix.
  titles = [...new Set(titlesInSources().map((title) => title.replace('….…', '……')))];
});

/** The most telling pattern that a title comes from. */
function patternOf(title: string): string {
  const [longest] = titles.filter((pattern) => fits(title, pattern)).sort((a, b) => b.replaceAll('…', '').length - a.replaceAll('…', '').length);
  if (longest === undefined) throw new Error(`the title of no fix in the sources: ${title}`);
  return longest;
}

/** What histories.test.ts and jobs.test.ts prove by other means than running one migration: on the same versions, beside the same traffic. */
const ELSEWHERE: readonly Kind[] = [
  'never-validated: Validate … of … in a migration of its own',
  'way-back-missing: Write the down part',
  'way-back-missing: Write the down part, as far as it can be undone',
  ...['delete-whole-table', 'insert-select-large', 'merge-large', 'update-whole-table'].flatMap((rule): Kind[] =>
    ['Python', 'Ruby', 'TypeScript'].map((language): Kind => `${rule}: Move it to a background job in ${language} that pauses, resumes and waits for replicas`),
  ),
];

/** Titles of what is no fix of a rule's: comments that silence, which change no statement, the refactoring of histories.test.ts, and what real tools prove in test/tools. */
const NO_FIXES: readonly string[] = ['Send each statement by itself', 'Ignore … here', 'Ignore … in this file', 'Split into phases: … (… more)'];

/** Fixes in the files of tools, with the switch that they turn. */
const inTool = ({ path, text, beside, tool }: Placement, ddl: string, version: number): readonly Kind[] =>
  kindsOf({ ...migration(text, ddl, version, ['missing-lock-timeout'], path), tool: tool.id, beside: new Map(Object.entries(beside)), siblings: [] });

const kindsOf = (input: ReturnType<typeof migration>): readonly Kind[] =>
  findingsIn(input).flatMap((finding) => finding.fixes().map(({ title }): Kind => `${finding.rule}: ${patternOf(title)}`));

/** What only the newest version has, and what brought it. */
const NEW_IN_18: readonly Kind[] = [
  // Virtual generated columns
  'add-column-generated-stored: Make it VIRTUAL',
  // NOT NULL … NOT VALID
  'set-not-null-scanning: Add NOT NULL as NOT VALID and validate it apart…',
];

interface Proven {
  /** All kinds of fixes that run on a server of a version beside their originals, with how often. */
  readonly kinds: ReadonlyMap<Kind, number>;
  readonly statements: number;
}

const proven = new Map<number, Proven>();

function provenOn(version: number): Proven {
  const known = proven.get(version) ?? proofsOn(version);
  proven.set(version, known);
  return known;
}

function proofsOn(version: number): Proven {
  const counts = new Map<Kind, number>();
  let statements = 0;
  const count = (kinds: readonly Kind[]): void => {
    statements += 1;
    for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  };
  for (const { sql } of corpusOn(version)) count(kindsOf(migration(sql, SCHEMA, version)));
  for (const placement of TOOL_EXAMPLES) count(inTool(placement, users(placement.text), version).filter((kind) => kind.startsWith('not-in-transaction')));
  for (const placement of STATEMENTS_OF_TOOLS) count(inTool(placement, SCHEMA, version));
  fc.assert(
    fc.property(world, ({ schema, statement }) => {
      count(kindsOf(migration(statement, schema, version, ['missing-lock-timeout'])));
    }),
    GENERATED,
  );
  statements += PHASED.length * PHASED_FORMS.length + UNVALIDATED.length + REVERSIBLE.length * REVERSIBLE_FORMS.length;
  for (const kind of ELSEWHERE) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return { kinds: counts, statements };
}

/** What rules offer on their own examples for a version of the server. */
function offeredOn(version: number): ReadonlySet<Kind> {
  const offered = new Set<Kind>();
  for (const { meta } of [...RULES, ...FILE_RULES]) {
    for (const example of meta.bad) {
      if (example.version !== undefined && example.version !== version) continue;
      for (const finding of analyzeExample({ ...example, version }).findings) for (const { title } of finding.fixes()) offered.add(`${finding.rule}: ${patternOf(title)}`);
    }
  }
  return offered;
}

/** Kinds whose locks are measured on 200,000 rows on a version. */
function measuredOn(version: number): ReadonlySet<Kind> {
  return new Set(lockCases(version).flatMap(({ sql, rule, title = '' }) => {
    const found = findingsIn(migration(sql, LARGE_SCHEMA, version)).filter((finding) => finding.rule === rule).flatMap((finding) => finding.fixes());
    return found.filter((fix) => fix.title.startsWith(title)).slice(0, 1).map((fix): Kind => `${rule}: ${patternOf(fix.title)}`);
  }));
}

/** Whether there is a reason not to measure a kind. */
const excused = (kind: Kind): boolean => {
  const [rule = ''] = kind.split(': ', 1);
  return rule in UNMEASURED_RULES || UNMEASURED.some(([title]) => title.test(kind.slice(rule.length + 2)));
};

const without = (kinds: Iterable<Kind>, others: { has(kind: Kind): boolean }): readonly Kind[] => [...kinds].filter((kind) => !others.has(kind)).sort();

test.each(PROVEN_ON)('on PostgreSQL %i each fix is proven, and each that claims to hold up others less is measured', { timeout: 120_000 }, (version) => {
  const { kinds, statements } = provenOn(version);
  expect(without(offeredOn(version), kinds)).toEqual([]);
  const measured = measuredOn(version);
  expect(without(kinds.keys(), measured).filter((kind) => !excused(kind))).toEqual([]);
  expect(statements).toBeGreaterThanOrEqual(200);
  console.info(`proofs on PostgreSQL ${String(version)}: ${String(statements)} statements, ${String([...kinds.values()].reduce((sum, each) => sum + each, 0))} fixes of ${String(kinds.size)} kinds; ${String(measured.size)} kinds measured on 200,000 rows`);
});

test('no fix is left out, and none is proven on one version alone that both have', { timeout: 120_000 }, () => {
  const [older, newer] = PROVEN_ON.map((version) => provenOn(version).kinds);
  if (older === undefined || newer === undefined) throw new Error('two versions');
  expect(without(newer.keys(), older)).toEqual(NEW_IN_18);
  expect(without(older.keys(), newer)).toEqual([]);

  // On other versions there is nothing that these do not have.
  expect(without([12, 13, 14, 16, 17].flatMap((version) => [...offeredOn(version)]), newer)).toEqual([]);

  // Every rule that can offer something, and every title that stands in the sources.
  const fixing = [...RULES.filter((rule) => rule.mend !== undefined), ...FILE_RULES.filter(({ meta }) => /\bfixes:/u.test(sourceOf(meta.id)))].map(({ meta }) => meta.id);
  expect(fixing.filter((rule) => ![...newer.keys()].some((kind) => kind.startsWith(`${rule}: `)))).toEqual([]);
  const seen = new Set([...newer.keys()].map((kind) => kind.slice(kind.indexOf(': ') + 2)));
  expect(titles.filter((title) => !seen.has(title) && !NO_FIXES.includes(title))).toEqual([]);
});

function sourceOf(rule: string): string {
  return readFileSync(new URL(`../../../server/src/core/rules/${rule}.ts`, import.meta.url), 'utf8');
}
