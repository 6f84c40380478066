import { expect, test } from 'vitest';
import { NO_DIAGNOSTICS } from '../../server/src/features/diagnostic-json';
import { Rehearsal } from '../../server/src/features/rehearsal';

const TEXT = 'DROP TABLE app.orders;\r\n-- 🚚\nDROP TABLE app.customers;\n';
const STATEMENTS = [
  { offset: 0, length: 21 },
  { offset: TEXT.indexOf('DROP', 5), length: 24 },
];

/** The texts that diagnostics were asked for, keystroke by keystroke. */
async function rehearse(keystrokes: number, disposeAfter = keystrokes): Promise<string[]> {
  const texts: string[] = [];
  let answered = 0;
  await new Promise<void>((resolve) => {
    const rehearsal = new Rehearsal('file:///m/1.sql', TEXT, STATEMENTS, (text) => {
      texts.push(text);
      return NO_DIAGNOSTICS;
    }, () => {
      answered += 1;
      if (answered < disposeAfter) rehearsal.keystroke(answered);
      else {
        rehearsal.dispose();
        setTimeout(resolve, 20);
      }
      if (answered === disposeAfter && disposeAfter < keystrokes) rehearsal.keystroke(answered);
    });
    rehearsal.keystroke(0);
  });
  return texts;
}

test('a letter is typed inside a word of a statement and taken back', async () => {
  const texts = await rehearse(40);
  expect(texts).toHaveLength(40);
  const typed = texts.filter((_, n) => n % 2 === 0);
  for (const text of typed) expect(text).toMatch(/(?<=[a-z])q(?=[a-z])/u);
  for (const text of typed) expect(text.replace('q', '')).toBe(TEXT);
  for (const text of texts.filter((_, n) => n % 2 === 1)) expect(text).toBe(TEXT);
  expect(new Set(typed).size).toBeGreaterThan(2);
});

test('nothing more is asked or answered once it is over', async () => {
  expect(await rehearse(5, 2)).toHaveLength(2);
});
