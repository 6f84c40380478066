/**
 * A message's result or parameters that are JSON text already, as UTF-8 in pieces. Where thousands of findings go out
 * after a keystroke, most of the text is that of the last time: putting it together costs less than writing it anew.
 */
export class Prepared {
  constructor(readonly pieces: readonly Buffer[]) {}

  /** For connections that do not know of this and write JSON themselves. */
  toJSON(): unknown {
    return JSON.parse(Buffer.concat(this.pieces).toString('utf8'));
  }
}
