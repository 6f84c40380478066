import type { MigrationTool } from '../script';

/** Code in which no migration tool was recognised: it has no SQL that anybody could tell when it runs. */
export const unknownCode: MigrationTool = {
  id: 'unknown',
  title: 'Code of no known tool',
  about: { files: '', transaction: '', optOut: '' },
  recognise: () => 0,
  read: () => ({
    tool: 'unknown',
    segments: [],
    problems: [{ message: 'No migration tool was recognised in this file, so it is not analysed.', span: { offset: 0, length: 0 } }],
    embedded: { text: '', runs: [] },
  }),
  examples: [],
};
