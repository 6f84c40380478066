import type { MigrationTool, ToolFile } from '../script';
import { plain } from './plain';

/** Every migration tool Lockscope knows. A new one is a file beside this one and a line here. */
export const TOOLS: readonly MigrationTool[] = [plain];

/** The tool whose file this is: the one named, else the surest one. */
export function toolFor(file: ToolFile, named?: string): MigrationTool {
  const chosen = TOOLS.find((tool) => tool.id === named);
  if (chosen !== undefined) return chosen;
  let best = plain;
  let sureness = 0;
  for (const tool of TOOLS) {
    const sure = tool.recognise(file);
    if (sure > sureness) [best, sureness] = [tool, sure];
  }
  return best;
}
