import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPostgresParser } from '../../../server/src/core/sql/postgres/parse';
import { type NamedCase, allCases } from '../cases/index';
import { claim } from '../claim';
import { differences } from '../compare';
import { type World, openWorld, worldSchema } from '../measure';
import { type Major, type Server, startServer } from '../servers';

/** Every claim of the model against what a real server of this major version does. */
export function effectsSuite(major: Major): void {
  describe(`PostgreSQL ${major}`, () => {
    let server: Server;
    let world: World;

    beforeAll(async () => {
      await loadPostgresParser();
      server = await startServer(major);
      world = await openWorld(server);
    }, 300_000);
    afterAll(() => server.stop());

    const examples = allCases(major);
    const files = [...new Set(examples.map(({ file }) => file))];
    // At the same time: while one statement waits to be looked at, others go on.
    describe.concurrent.each(files)('%s', (file) => {
      const cases = examples.filter((example) => example.file === file);
      it.each(cases.map((example) => [nameOf(example), example] as const))('%s', { timeout: 60_000 }, async (_name, example) => {
        const truth = await world.measure(example);
        expect(truth.error, `PostgreSQL ${major} refuses the statement:\n${example.sql}`).toBeNull();
        const claimed = claim(example.sql, worldSchema(), major, example.setup);
        const wrong = differences(example, claimed, truth);
        if (example.wrong !== undefined) {
          expect(wrong.length, `the claim is right now: take out what says that it is wrong (${example.wrong})`).toBeGreaterThan(0);
          return;
        }
        if (wrong.length > 0) expect.fail(report(major, example, wrong, { claim: claimed, truth }));
      });
    });
  });
}

const nameOf = ({ title, sql, wrong }: NamedCase): string =>
  `${wrong === undefined ? '' : 'knowingly wrong: '}${title === undefined ? sql : `${sql} (${title})`}`.replaceAll('\n', ' ').replaceAll('%', '%%');

function report(major: number, example: NamedCase, wrong: readonly string[], both: Readonly<Record<'claim' | 'truth', object>>): string {
  const lines = Object.entries(both).map(([which, value]) => `${which}:\n${JSON.stringify(value, undefined, 1)}`);
  const setup = example.setup === undefined ? [] : [`after: ${example.setup}`];
  return [`PostgreSQL ${major}`, ...setup, example.sql, ...wrong.map((line) => `  ${line}`), ...lines].join('\n');
}
