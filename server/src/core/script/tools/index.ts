import type { MigrationTool, ToolFile } from '../script';
import { grammarOf } from '../code/grammars';
import { knex } from './knex';
import { plain } from './plain';
import { unknownCode } from './unknown-code';

/** Every migration tool Lockscope knows. A new one is a file beside this one and a line here. */
export const TOOLS: readonly MigrationTool[] = [plain, knex];

/** The tool whose file this is: the one named, else the surest one. */
export function toolFor(file: ToolFile, named?: string): MigrationTool {
  const chosen = TOOLS.find((tool) => tool.id === named);
  if (chosen !== undefined) return chosen;
  let best = grammarOf(file.path) === undefined ? plain : unknownCode;
  let sureness = 0;
  for (const tool of TOOLS) {
    const sure = tool === plain && best === unknownCode ? 0 : tool.recognise(file);
    if (sure > sureness) [best, sureness] = [tool, sure];
  }
  return best;
}

/**
 * Whether a path may be that of code which a migration tool runs: it, or a folder above it, says so by its name. Only
 * such files are opened to look.
 * @param path with forward slashes
 */
export function mayBeCodeMigration(path: string): boolean {
  return grammarOf(path) !== undefined && /migrat|(?:^|\/)versions\//iu.test(path) && !path.endsWith('.d.ts');
}

/** Whether a file is code that a migration tool runs. */
export function isCodeMigration(file: ToolFile): boolean {
  return grammarOf(file.path) !== undefined && toolFor(file) !== unknownCode;
}
