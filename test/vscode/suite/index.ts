import { appendFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';
import { defineSuite } from './lockscope';

/**
 * What VS Code calls once its window is open. It rejects when a test failed, which makes VS Code exit with 1.
 * Results go to the console; where that leads nowhere (a browser), to the file named in LOCKSCOPE_TEST_OUTPUT.
 */
export async function run(): Promise<void> {
  const output = process.env['LOCKSCOPE_TEST_OUTPUT'];
  if (output !== undefined) {
    const print = (...parts: unknown[]): void => appendFileSync(output, `${format(...parts)}\n`);
    Object.assign(Mocha.reporters.Base, { consoleLog: print });
  }
  const color = process.env['LOCKSCOPE_TEST_COLOUR'] !== undefined;
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', color, timeout: 30_000, slow: 2_000 });
  mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, globalThis, '', mocha);
  defineSuite();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}
