/**
 * A message's result or parameters that are JSON text already. Where thousands of findings go out after a keystroke,
 * most of the text is that of the last time: putting it together costs less than writing it anew.
 */
export class Prepared {
  constructor(readonly json: string) {}

  /** For connections that do not know of this and write JSON themselves. */
  toJSON(): unknown {
    return JSON.parse(this.json);
  }
}
