import type { Parsed } from '../statement';

/**
 * Parse results by text, bounded: when the younger half is full the older half is let go, and what is asked for
 * becomes young again. So the statements of a large document stay, and those of a long session do not.
 */
export class ParsedTexts {
  private young = new Map<string, Parsed>();
  private old = new Map<string, Parsed>();
  private size = 0;

  get(text: string): Parsed | undefined {
    const parsed = this.young.get(text);
    if (parsed !== undefined) return parsed;
    const kept = this.old.get(text);
    if (kept !== undefined) this.set(text, kept);
    return kept;
  }

  set(text: string, parsed: Parsed): void {
    this.young.set(text, parsed);
    this.size += text.length + OVERHEAD;
    if (this.size < MOST) return;
    this.old = this.young;
    this.young = new Map();
    this.size = 0;
  }
}

/** What an entry counts beyond its text: its tree is some ten times as large, and there may be many short ones. */
const OVERHEAD = 100;

/** In UTF-16 units, for each half: about 10,000 statements of usual length. */
const MOST = 2_000_000;
