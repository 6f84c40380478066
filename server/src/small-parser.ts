import { setFlagsFromString } from 'node:v8';

/** The newest V8 of which we know that it has the flag: others would complain of it on standard error. */
const NEWEST_KNOWN = 13;

/**
 * Has V8 leave WebAssembly as its baseline compiler makes it. To optimise the parser, whose largest functions have tens of thousands of
 * branches, takes half a second of processor time and 25 to 75 MB, which a run of the command line does not get back.
 * To be called before the parser is loaded.
 */
export function keepParserSmall(): void {
  if (Number.parseInt(process.versions.v8, 10) <= NEWEST_KNOWN) setFlagsFromString(`--wasm-tiering-budget=${String(2 ** 31 - 1)}`);
}
