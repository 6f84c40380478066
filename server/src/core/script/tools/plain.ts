import { neutralised } from '../psql';
import type { MigrationTool } from '../script';

/** SQL files as psql runs them: no transaction but the file's own, one statement after the other. */
export const plain: MigrationTool = {
  id: 'plain',
  title: 'Plain SQL',
  recognise: () => 0.1,
  read: ({ text }) => ({
    tool: 'plain',
    problems: [],
    segments: [{ ...neutralised(text), offset: 0, direction: 'up', wrapper: 'none', send: 'statement' }],
  }),
  optOut: () => undefined,
};
