import { appendFileSync, writeFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';
import { defineSuite } from './lockscope';

/**
 * What VS Code calls once its window is open. It rejects when a test failed, which makes VS Code exit with 1.
 * Results go to the console; where that leads nowhere (a browser), to the file named in LOCKSCOPE_TEST_OUTPUT.
 * The counts go to the file named in LOCKSCOPE_TEST_RESULTS.
 */
export async function run(): Promise<void> {
  const output = process.env.LOCKSCOPE_TEST_OUTPUT;
  if (output !== undefined) {
    const print = (...parts: unknown[]): void => { appendFileSync(output, `${format(...parts)}\n`); };
    Object.assign(Mocha.reporters.Base, { consoleLog: print });
  }
  const color = process.env.LOCKSCOPE_TEST_COLOUR !== undefined;
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', color, timeout: 90_000, slow: 2_000 });
  mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, globalThis, '', mocha);
  defineSuite();
  const skipped: string[] = [];
  const counts = await new Promise<Mocha.Stats | undefined>((resolve) => {
    const runner = mocha.run(() => { resolve(runner.stats); });
    runner.on('pending', (test) => skipped.push(test.fullTitle()));
  });
  const { passes: passed = 0, failures: failed = 1 } = counts ?? {};
  const results = process.env.LOCKSCOPE_TEST_RESULTS;
  if (results !== undefined) writeFileSync(results, JSON.stringify({ passed, failed, reasons: skipped }));
  if (failed > 0) throw new Error(`${failed} failed`);
}
