import { isatty } from 'node:tty';
import type { Terminal } from '../reporters/reporter';

/** Writes findings, or whatever else a command is asked for, to standard output. */
export function print(text: string): void {
  if (text !== '') process.stdout.write(text);
}

/** Writes a message for the person to standard error. */
export function warn(message: string): void {
  process.stderr.write(`lockscope: ${message}\n`);
}

/** What standard output is: whether it wants colour (NO_COLOR, FORCE_COLOR, a terminal), and how wide it is. */
export function terminal(): Terminal {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' ? FORCE_COLOR !== '0' && FORCE_COLOR !== 'false' : undefined;
  const off = NO_COLOR !== undefined && NO_COLOR !== '';
  const interactive = isatty(1);
  return { colour: off ? false : (forced ?? (interactive && TERM !== 'dumb')), width: interactive ? process.stdout.columns : 100 };
}

/** Lets a reader such as `head` go away without a word: what is left has nobody to read it. */
export function quietWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(process.exitCode ?? 0);
    });
  }
}
