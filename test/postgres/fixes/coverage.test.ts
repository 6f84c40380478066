/** Whether each fix that a rule can offer is proven: by what it leaves behind, and by what it holds up. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { loadRewriter } from '../../../server/src/core/rewrites/batches/typed-tree';
import { FILE_RULES, RULES } from '../../../server/src/core/rules';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { loadLanguages } from '../../grammars';
import { analyzeExample } from '../../core/rules/example';
import { GENERATED, world } from './arbitrary';
import { insideTransaction, SCRIPTS, STATEMENTS } from './corpus';
import { PHASED, PHASED_FORMS, REVERSIBLE, REVERSIBLE_FORMS, UNVALIDATED } from './histories';
import { LARGE_SCHEMA, LOCK_CASES, UNMEASURED, UNMEASURED_RULES } from './lock-cases';
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

/** What histories.test.ts and jobs.test.ts prove by other means than running one migration. */
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

/** All kinds of fixes that run on a server beside their originals, with how often. */
function proven(): { readonly kinds: ReadonlyMap<Kind, number>; readonly statements: number } {
  const counts = new Map<Kind, number>();
  let statements = 0;
  const count = (kinds: readonly Kind[]): void => {
    statements += 1;
    for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  };
  for (const { sql } of [...STATEMENTS, ...STATEMENTS.map(insideTransaction), ...SCRIPTS]) count([15, 18].flatMap((version) => kindsOf(migration(sql, SCHEMA, version))));
  for (const placement of TOOL_EXAMPLES) count(inTool(placement, users(placement.text), 18).filter((kind) => kind.startsWith('not-in-transaction')));
  for (const placement of STATEMENTS_OF_TOOLS) count(inTool(placement, SCHEMA, 18));
  fc.assert(
    fc.property(world, ({ schema, statement }) => {
      count(kindsOf(migration(statement, schema, 18, ['missing-lock-timeout'])));
    }),
    GENERATED,
  );
  statements += PHASED.length * PHASED_FORMS.length + UNVALIDATED.length + REVERSIBLE.length * REVERSIBLE_FORMS.length;
  return { kinds: counts, statements };
}

test('each fix is proven, and each that claims to hold up others less is measured', { timeout: 120_000 }, () => {
  const { kinds, statements } = proven();
  const all = new Set<Kind>([...kinds.keys(), ...ELSEWHERE]);

  // What rules offer on their own examples, on any version, has to be among them.
  const offered = new Set<Kind>();
  for (const { meta } of [...RULES, ...FILE_RULES]) {
    for (const example of meta.bad) {
      for (const version of example.version === undefined ? [12, 15, 18] : [example.version]) {
        for (const finding of analyzeExample({ ...example, version }).findings) for (const { title } of finding.fixes()) offered.add(`${finding.rule}: ${patternOf(title)}`);
      }
    }
  }
  expect([...offered].filter((kind) => !all.has(kind))).toEqual([]);

  // Every rule that can offer something, and every title that stands in the sources.
  const fixing = [...RULES.filter((rule) => rule.mend !== undefined), ...FILE_RULES.filter(({ meta }) => /\bfixes:/u.test(sourceOf(meta.id)))].map(({ meta }) => meta.id);
  expect(fixing.filter((rule) => ![...all].some((kind) => kind.startsWith(`${rule}: `)))).toEqual([]);
  const seen = new Set([...all].map((kind) => kind.slice(kind.indexOf(': ') + 2)));
  expect(titles.filter((title) => !seen.has(title) && !NO_FIXES.includes(title))).toEqual([]);

  // Locks: a case, or the reason why there is none.
  const measured = new Set(LOCK_CASES.flatMap(({ sql, rule, title = '' }) => {
    const found = findingsIn(migration(sql, LARGE_SCHEMA, 18)).filter((finding) => finding.rule === rule).flatMap((finding) => finding.fixes());
    return found.filter((fix) => fix.title.startsWith(title)).slice(0, 1).map((fix): Kind => `${rule}: ${patternOf(fix.title)}`);
  }));
  const excused = (kind: Kind): boolean => {
    const [rule = ''] = kind.split(': ', 1);
    return rule in UNMEASURED_RULES || UNMEASURED.some(([title]) => title.test(kind.slice(rule.length + 2)));
  };
  expect([...all].filter((kind) => !measured.has(kind) && !excused(kind)).sort()).toEqual([]);

  expect(statements).toBeGreaterThanOrEqual(200);
  console.info(`proofs: ${String(statements)} statements, ${String([...kinds.values()].reduce((sum, each) => sum + each, 0))} fixes of ${String(all.size)} kinds of ${String(fixing.length)} rules; ${String(measured.size)} kinds measured on 200,000 rows`);
});

function sourceOf(rule: string): string {
  return readFileSync(new URL(`../../../server/src/core/rules/${rule}.ts`, import.meta.url), 'utf8');
}
