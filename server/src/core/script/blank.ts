/** As many blanks as a text has units, its line ends kept, so that no place moves. */
export function blanked(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

/** A text with some stretches replaced by others of the same length. Stretches come in order and do not overlap. */
export class Overlay {
  private readonly parts: string[] = [];
  private at = 0;

  constructor(private readonly text: string) {}

  /** Replaces what starts at an offset; what overlaps an earlier stretch is left alone. */
  put(offset: number, replacement: string): void {
    if (offset < this.at || replacement.length === 0) return;
    this.parts.push(this.text.slice(this.at, offset), replacement);
    this.at = offset + replacement.length;
  }

  blank(from: number, to: number): void {
    this.put(from, blanked(this.text.slice(from, to)));
  }

  /** The text itself where nothing was replaced. */
  toString(): string {
    if (this.parts.length === 0) return this.text;
    return this.parts.join('') + this.text.slice(this.at);
  }
}
