import { YOYO_TABLE } from './applied-tables';
import type { Sent } from '../code/found';
import { sentText } from '../code/sends';
import { argumentWayBack } from '../code/way-back';
import { codeTool, indentAt, insertion, lineEnd } from '../code/tool';

/** yoyo: migrations in Python, `step("apply", "rollback")`. */
export const yoyoCode = codeTool({
  tool: 'yoyo-code',
  title: 'yoyo (Python)',
  about: {
    files: 'Python with `from yoyo import step`',
    transaction: 'One around each file; each step is a query of its own.',
    optOut: '`__transactional__ = False` in the file.',
    understands: 'SQL in `step(apply, rollback)`',
    run: '8.2 from Debian 12',
  },
  languages: ['python'],
  marks: [/\bfrom\s+yoyo\s+import\b|\bimport\s+yoyo\b/u],
  up: [],
  down: [],
  outside: 'up',
  wrapper: (_direction, _bodies, text) => (OFF.test(text) ? 'none' : 'file'),
  reverses: ({ args, named }) => args.length > 1 || named.has('rollback'),
  wayBack: (found, code, language) => argumentWayBack(found, (statements, { span }) => language.quote(statements.join('; '), indentAt(code.text, span.offset)), code),
  isUnclear: (call) => call.name === 'step',
  sends(call) {
    if (call.name !== 'step') return undefined;
    const back = sentText(call.args[1] ?? call.named.get('rollback')) ?? [];
    const up = sentText(call.args[0] ?? call.named.get('apply'));
    return up === undefined ? undefined : [...up, ...back.map((sent): Sent => ({ ...sent, direction: 'down' }))];
  },
  optOut({ text }) {
    const last = /^(?:from\s+yoyo\s+import|import\s+yoyo)\b[^\r\n]*/mu.exec(text);
    if (OFF.test(text) || last === null) return undefined;
    const eol = lineEnd(text);
    return { title: 'Run the migration without a transaction', edits: [insertion(last.index + last[0].length, `${eol}${eol}__transactional__ = False`)] };
  },
  applied: YOYO_TABLE,
  examples: [
    {
      title: 'A concurrent index needs the transaction off',
      path: 'migrations/0001.index.py',
      text: 'from yoyo import step\n\nstep("CREATE INDEX CONCURRENTLY i ON users (email)", "DROP INDEX i")\n',
      fails: ['CREATE INDEX CONCURRENTLY i'],
      fixed: 'from yoyo import step\n\n__transactional__ = False\n\nstep("CREATE INDEX CONCURRENTLY i ON users (email)", "DROP INDEX i")\n',
    },
  ],
});

const OFF = /^__transactional__\s*=\s*False\b/mu;
