import type { MigrationTool, ToolFile } from '../script';
import { grammarOf } from '../code/grammars';
import { atlas } from './atlas';
import { CODE_TOOLS } from './code-tools';
import { dbmate } from './dbmate';
import { diesel } from './diesel';
import { drizzle } from './drizzle';
import { flyway } from './flyway';
import { golangMigrate } from './golang-migrate';
import { goose } from './goose';
import { graphileMigrate } from './graphile-migrate';
import { hasura } from './hasura';
import { liquibase } from './liquibase';
import { nodePgMigrateSql } from './node-pg-migrate';
import { plain } from './plain';
import { postgrator } from './postgrator';
import { prisma } from './prisma';
import { refinery } from './refinery';
import { sqitch } from './sqitch';
import { sqlMigrate } from './sql-migrate';
import { sqlx } from './sqlx';
import { supabase } from './supabase';
import { tern } from './tern';
import { unknownCode } from './unknown-code';
import { yoyo } from './yoyo';

/** Every migration tool Lockscope knows. A new one is a file beside this one and a line here. */
export const TOOLS: readonly MigrationTool[] = [
  plain,
  atlas,
  dbmate,
  diesel,
  drizzle,
  flyway,
  golangMigrate,
  goose,
  graphileMigrate,
  hasura,
  liquibase,
  nodePgMigrateSql,
  postgrator,
  prisma,
  refinery,
  sqitch,
  sqlMigrate,
  sqlx,
  supabase,
  tern,
  yoyo,
  ...CODE_TOOLS,
];

/** How much of a file is looked at to recognise its tool, in UTF-16 units. */
const BEGINNING = 20_000;

/** The tool whose file this is: the one named, else the surest one. */
export function toolFor(file: ToolFile, named?: string): MigrationTool {
  const chosen = TOOLS.find((tool) => tool.id === named);
  if (chosen !== undefined) return chosen;
  return surest({ ...file, text: marksOf(file) });
}

/** What tells a tool's files near their top: code as it stands, of SQL the comments before the first statement and each line that holds one. */
function marksOf({ path, text }: ToolFile): string {
  const beginning = text.slice(0, BEGINNING);
  if (grammarOf(path) !== undefined) return beginning;
  const [head = ''] = HEAD.exec(beginning) ?? [];
  let marks = head;
  let at = head.length;
  // Where a statement began is a mark as well: what stands behind it is not at the top.
  if (at < beginning.length) marks += ';';
  for (let found = beginning.indexOf('--', at); found >= 0; found = beginning.indexOf('--', at)) {
    let start = found;
    while (start > at && !isLineEnd(beginning.charCodeAt(start - 1))) start -= 1;
    for (at = found; at < beginning.length && !isLineEnd(beginning.charCodeAt(at)); ) at += 1;
    marks += `\n${beginning.slice(start, at)}`;
  }
  return marks;
}

/** Blank lines and comment lines. */
const HEAD = /^\uFEFF?(?:[ \t]*(?:--[^\r\n]*)?(?:\r\n|\r|\n))*(?:[ \t]*--[^\r\n]*)?/u;

function isLineEnd(unit: number): boolean {
  return unit === 10 || unit === 13;
}

function surest(beginning: ToolFile): MigrationTool {
  const isCode = grammarOf(beginning.path) !== undefined;
  let best = isCode ? unknownCode : plain;
  let sureness = 0;
  for (const tool of isCode ? CODE_TOOLS : TOOLS) {
    const sure = tool.recognise(beginning);
    if (sure > sureness) [best, sureness] = [tool, sure];
  }
  return best;
}

/** Remembers whose the last file was, for as long as all that tells it stays the same: few keystrokes are in what marks a file. */
export class ToolMemo {
  private known: { readonly beginning: ToolFile; readonly tool: MigrationTool } | undefined;

  /** What {@link toolFor} says. */
  toolFor(file: ToolFile, named?: string): MigrationTool {
    if (named !== undefined) return toolFor(file, named);
    const text = marksOf(file);
    const { path, beside, siblings } = this.known?.beginning ?? {};
    if (this.known === undefined || path !== file.path || beside !== file.beside || siblings !== file.siblings || this.known.beginning.text !== text) {
      const beginning = { ...file, text };
      this.known = { beginning, tool: surest(beginning) };
    }
    return this.known.tool;
  }
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
