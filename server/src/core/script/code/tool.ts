import type { FileEdit, MigrationTool, OptOut, Segment, ToolFile } from '../script';
import type { CodeReading } from './found';
import { grammarOf, type Grammar } from './grammars';
import { readCode } from './read';

/** A tool whose migrations are code. */
export interface CodeTool extends Pick<MigrationTool, 'title' | 'about' | 'examples' | 'applied' | 'beside' | 'builtOn' | 'order' | 'ordersByLetters'>, CodeReading {
  readonly languages: readonly Grammar[];
  /** What the text of its files holds, each of them. */
  readonly marks: readonly RegExp[];
  /** Where its files lie, if that is fixed. */
  readonly path?: RegExp;
  /** How sure it is of files that have its marks; 0.9 by default. */
  readonly sureness?: number;
  readonly optOut?: (file: ToolFile, segment: Segment) => OptOut | undefined;
}

/** The languages that JavaScript tools are used from. */
export const SCRIPTS: readonly Grammar[] = ['javascript', 'typescript', 'tsx'];

/** Makes a migration tool of what is known of its code. */
export function codeTool(tool: CodeTool): MigrationTool {
  const { title, about, examples, applied, beside, builtOn, order, ordersByLetters = false, languages, marks, path, sureness = 0.9, optOut } = tool;
  return {
    id: tool.tool,
    title,
    about,
    examples,
    ...(applied !== undefined && { applied }),
    ...(beside !== undefined && { beside }),
    ...(builtOn !== undefined && { builtOn }),
    ...(order !== undefined && { order }),
    ordersByLetters,
    recognise(file) {
      const grammar = grammarOf(file.path);
      if (grammar === undefined || !languages.includes(grammar) || path?.test(file.path) === false) return 0;
      return marks.every((mark) => mark.test(file.text)) ? sureness : 0;
    },
    read: (file) => readCode(file, tool),
    ...(optOut !== undefined && { optOut }),
  };
}

/** An insertion into the file itself. */
export function insertion(offset: number, text: string): FileEdit {
  return { offset, length: 0, text, inFile: true };
}

/** A replacement in the file itself. */
export function replacement(offset: number, length: number, text: string): FileEdit {
  return { offset, length, text, inFile: true };
}

/** The line end that a file uses. */
export function lineEnd(text: string): string {
  return /\r\n|\n/u.exec(text)?.[0] ?? '\n';
}

/**
 * An insertion at the top of what a pattern opens, on a line of its own.
 * @param opening matches up to the place: `class X {`
 */
export function atTop(text: string, opening: RegExp, line: string, indent: string): readonly FileEdit[] | undefined {
  const found = opening.exec(text);
  if (found === null) return undefined;
  return [insertion(found.index + found[0].length, `${lineEnd(text)}${indent}${line}`)];
}


/** What the line of a place begins with. */
export function indentAt(text: string, offset: number): string {
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/u.exec(text.slice(line, offset))?.[0] ?? '';
}
