/** A backslash command of psql (manual, "psql: Meta-Commands"). */
export interface MetaCommand {
  /** Where SQL goes on. */
  readonly end: number;
  /** Whether it sends the statement before it, as a semicolon does. */
  readonly terminates: boolean;
  /** Whether lines of data follow it: `\copy … from stdin`. */
  readonly readsData: boolean;
  /** Whether it runs what the script does not say: another file, what a query gives, in another database. */
  readonly runsOther: boolean;
}

/** Reads the meta-command at a backslash outside of quotes. It ends with its line, or at `\\`, behind which SQL goes on. */
export function metaCommandAt(text: string, at: number): MetaCommand {
  const second = text.charAt(at + 1);
  // `\;` puts statements into one query, `\:` is a colon, `\.` ends data that came from elsewhere.
  if (second === ';') return { end: at + 2, terminates: true, readsData: false, runsOther: false };
  if (second === ':') return { end: at + 2, terminates: false, readsData: false, runsOther: false };
  const name = /[^\s\\]*/y;
  name.lastIndex = at + 1;
  const command = name.exec(text)?.[0] ?? '';
  const argumentsAt = at + 1 + command.length;
  const end = WHOLE_LINE.has(command) ? lineEnd(text, argumentsAt) : argumentsEnd(text, argumentsAt);
  const readsData = command === 'copy' && /\bfrom\s+(?:stdin|pstdin)\b/i.test(text.slice(argumentsAt, end));
  return { end, terminates: SENDING.has(command), readsData, runsOther: RUNNING.has(command) };
}

/** They send the query buffer, or make a prepared statement of it. */
const SENDING = new Set(['g', 'gx', 'gexec', 'gset', 'gdesc', 'crosstabview', 'watch', 'parse', 'sendpipeline']);

const RUNNING = new Set(['i', 'ir', 'include', 'include_relative', 'gexec', 'c', 'connect', '!']);

/** Their argument is the whole rest of the line, quotes and backslashes included. */
const WHOLE_LINE = new Set(['copy', '!', 'ef', 'ev', 'help', 'h', 'sf', 'sv']);

function lineEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at++;
  return at;
}

function argumentsEnd(text: string, from: number): number {
  const last = lineEnd(text, from);
  let quote = '';
  for (let at = from; at < last; at++) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === '\\' && quote === "'") at++;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '"' || character === '`') quote = character;
    // `\\` goes back to SQL; another command may follow on the same line.
    else if (character === '\\') return text.charAt(at + 1) === '\\' ? at + 2 : at;
  }
  return last;
}
