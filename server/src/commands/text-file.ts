import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { Failure, fileFailure } from './failure';

/** A text with the encoding that it is to be written back in. A byte order mark is part of the text. */
export interface TextFile {
  readonly text: string;
  readonly encoding: Encoding;
}

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/**
 * The largest file that is read, in bytes. The whole of it is in memory with its parse trees, which take about
 * thirty times its size; a migration of this size holds data, which is not what Lockscope is about.
 */
export const MOST_BYTES = 20 * 1024 * 1024;

/** Reads a text file. Throws a {@link Failure} that says what is wrong with it. */
export function readTextFile(path: string, most = MOST_BYTES): TextFile {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > most) throw tooLarge(path, size);
    bytes = readFileSync(path);
  } catch (error) {
    throw error instanceof Failure ? error : fileFailure(path, error);
  }
  return decode(path, bytes);
}

/** The text of a file; undefined for one that cannot be read, which is reported when its turn comes to be analysed. */
export function textOrNothing(path: string): string | undefined {
  try {
    return readTextFile(path).text;
  } catch {
    return undefined;
  }
}

/** Reads all of standard input. Throws a {@link Failure} that says what is wrong with it. */
export async function readStandardInput(name: string): Promise<TextFile> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw tooLarge(name, size);
    chunks.push(chunk);
  }
  return decode(name, Buffer.concat(chunks));
}

/** The bytes of a text in an encoding. */
export function encode({ text, encoding }: TextFile): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

function decode(name: string, bytes: Buffer): TextFile {
  const encoding: Encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  if (encoding === 'utf-8' && !isUtf8(bytes)) {
    throw new Failure(`${name}: not UTF-8 (line ${String(firstWrongLine(bytes))}); convert it, for example with iconv -f latin1 -t utf-8`);
  }
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Failure(`${name}: not valid ${encoding.toUpperCase()}, though it starts with that byte order mark`);
  }
  const zero = text.indexOf('\0');
  if (zero < 0) return { text, encoding };
  const line = text.slice(0, zero).split('\n').length;
  throw new Failure(`${name}: holds a NUL byte (line ${String(line)}), which no SQL text may; is it a text file?`);
}

/** The line, from 1, that makes bytes invalid: a line feed is never part of a longer UTF-8 sequence. */
function firstWrongLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const feed = bytes.indexOf(10, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    if (!isUtf8(bytes.subarray(start, end))) return line;
    start = end;
  }
  return line;
}

function tooLarge(name: string, size: number): Failure {
  const megabytes = (bytes: number): string => String(Math.round(bytes / 1024 / 1024));
  return new Failure(`${name}: ${megabytes(size)} MB is too large to analyse (at most ${megabytes(MOST_BYTES)} MB); load data with COPY from a file of its own`);
}
