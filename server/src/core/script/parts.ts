import { neutralised } from './psql';
import type { AppliedRow, Direction, Noted, Segment } from './script';

/** A line of a text. */
export interface Line {
  readonly offset: number;
  /** Without its line end. */
  readonly text: string;
  /** Behind its line end. */
  readonly end: number;
}

/** The lines of a text, a byte order mark left out. */
export function* linesOf(text: string): Generator<Line> {
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length; ) {
    let stop = at;
    while (stop < text.length && text.charCodeAt(stop) !== 10 && text.charCodeAt(stop) !== 13) stop++;
    const end = text.startsWith('\r\n', stop) ? stop + 2 : Math.min(stop + 1, text.length);
    yield { offset: at, text: text.slice(at, stop), end };
    at = end;
  }
}

/** The first line that a tool looks for. */
export function findLine(text: string, pattern: RegExp): Line | undefined {
  // Most files have none, and the engine says so faster than a walk over their lines.
  if (!new RegExp(pattern.source, `${pattern.flags}m`).test(text)) return undefined;
  for (const line of linesOf(text)) if (pattern.test(line.text)) return line;
  return undefined;
}

/** How a stretch of a file is run. */
export type Running = Pick<Segment, 'direction' | 'wrapper' | 'send' | 'unit'>;

/** A stretch of a file as a segment, its placeholders and meta-commands neutralised. */
export function segmentOf(text: string, from: number, to: number, running: Running): Segment {
  return { ...neutralised(text.slice(from, to)), offset: from, ...running };
}

/** The whole of a file as one segment. */
export function wholeFile(text: string, running: Running): readonly Segment[] {
  return [segmentOf(text, 0, text.length, running)];
}

/** A part of a file behind a line that says its direction. */
export interface Part {
  readonly direction: Direction;
  /** The line that begins it. */
  readonly mark: Line;
  /** Behind that line. */
  readonly start: number;
  readonly end: number;
}

/** The parts of a file by the lines that begin them; what is before the first belongs to none. */
export function partsOf(text: string, up: RegExp, down: RegExp): readonly Part[] {
  const parts: Part[] = [];
  for (const line of linesOf(text)) {
    const direction = up.test(line.text) ? 'up' : down.test(line.text) ? 'down' : undefined;
    if (direction === undefined) continue;
    const last = parts.pop();
    if (last !== undefined) parts.push({ ...last, end: line.offset });
    parts.push({ direction, mark: line, start: line.end, end: text.length });
  }
  return parts;
}

/** Whether a stretch holds anything but comments. */
export function hasStatements(text: string): boolean {
  return text.replace(/--[^\r\n]*|\/\*[^]*?\*\//gu, '').trim() !== '';
}

/** The name of a file, without its folder. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder of a path with its slash; empty for none. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The text of the nearest file of a name in a path's folder or one above it. */
export function above({ path, beside }: { readonly path: string; readonly beside?: ReadonlyMap<string, string> }, name: string): string | undefined {
  if (beside === undefined) return undefined;
  for (const folder of foldersAbove(folderOf(path))) {
    const text = beside.get(folder + name);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A folder and those above it, the nearest first; above the root that relative paths count from, `../` and so on. */
export function foldersAbove(folder: string): readonly string[] {
  const found = [folder];
  let at = folder;
  while (at !== '' && at !== '/' && !/^(?:\.\.\/)+$/u.test(at)) found.push((at = folderOf(at.slice(0, -1))));
  if (!folder.startsWith('/')) for (let count = 0; count < MOST_ABOVE; count++) found.push((at += '../'));
  return found;
}

/** How many folders above the root are looked into. */
const MOST_ABOVE = 3;

/** The line end that a text uses. */
export function eolOf(text: string): string {
  return /\r\n|\r|\n/u.exec(text)?.[0] ?? '\n';
}

/**
 * The segments of a part whose tool sends it statement by statement, except for what stands between a line that begins
 * and one that ends a statement: that is sent as it is.
 */
export function blocksOf(text: string, { start, end }: { readonly start: number; readonly end: number }, begin: RegExp, close: RegExp, running: Running): readonly Segment[] {
  const segments: Segment[] = [];
  const add = (from: number, to: number, send: Running['send']): void => {
    if (text.slice(from, to).trim() !== '') segments.push(segmentOf(text, from, to, { ...running, send }));
  };
  let from = start;
  let inside = false;
  for (const line of linesOf(text)) {
    if (line.offset < start || line.offset >= end || !(inside ? close : begin).test(line.text)) continue;
    add(from, line.offset, inside ? 'segment' : 'statement');
    inside = !inside;
    from = line.end;
  }
  add(from, end, inside ? 'segment' : 'statement');
  return segments;
}

/** The number that a file's name begins with, without zeros in front. */
export function numberOf(path: string): string | undefined {
  return /^\d+/u.exec(nameOf(path))?.[0].replace(/^0+(?=\d)/u, '');
}

/** A list of what is there. */
export function listed<Item>(item: Item | undefined): readonly Item[] {
  return item === undefined ? [] : [item];
}

/** A file's name without its folder and its last ending. */
export function stemOf(path: string): string {
  return nameOf(path).replace(/\.[^.]*$/u, '');
}

/** What a row says whose column `name` is a file's, with the ending of whatever was run. */
export function byStem({ name }: AppliedRow): readonly Noted[] {
  return [{ key: stemOf(name ?? ''), state: 'applied' }];
}
