import { analyze } from '../core/analyze';
import type { Span } from '../core/text';
import type { Reading } from '../workspace/document-state';
import { diagnosticsJson, type DiagnosticsJson } from './diagnostic-json';
import type { Server } from './feature';

type Analysed = Extract<Reading, { readonly state: 'analysed' }>;

/** How long nothing has to be asked, in ms, until it counts as a pause. */
const PAUSE = 60;
/** How many keystrokes are rehearsed in the life of a process: by then the engine has compiled what they run through. */
const KEYSTROKES = 240;
/** How much time that may take in all, in ms: a very long document is not rehearsed for seconds. */
const MOST_TIME = 1500;
/** Spreads the places over the whole text, the part of the golden ratio behind the point. */
const SPREAD = 0.618_034;

/**
 * Types a letter here and there and takes it back, in thought, in the pause after a document was opened. The engine
 * compiles what runs often, and until then the first keystrokes of a session would take ten times as long as later ones.
 * What is worked out is thrown away; any real question puts it off.
 */
export class WarmUp {
  private left = KEYSTROKES;
  private spent = 0;
  private timer: NodeJS.Timeout | undefined;
  private next: (() => void) | undefined;

  constructor(private readonly server: Server) {}

  /** Somebody asked for the diagnostics of a document, which are these. */
  asked(reading: Reading, uri: string, said: DiagnosticsJson): void {
    if (this.left <= 0) return;
    this.next = reading.state === 'analysed' && reading.analysis.statements.length > 0 ? () => { this.keystroke(reading, uri, said); } : undefined;
    this.wait(PAUSE);
  }

  private wait(time: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.next?.();
    }, time);
    this.timer.unref();
  }

  private keystroke(reading: Analysed, uri: string, said: DiagnosticsJson): void {
    const { input, memo, analysis } = reading;
    const start = performance.now();
    const span = analysis.statements[Math.floor(((this.left * SPREAD) % 1) * analysis.statements.length)]?.span;
    // Odd ones take back what the one before typed.
    const text = this.left % 2 === 0 && span !== undefined ? typedIn(input.text, span, (this.left * SPREAD * SPREAD) % 1) : input.text;
    diagnosticsJson({ ...reading, analysis: analyze({ ...input, text }, memo) }, uri, this.server, said);
    this.spent += performance.now() - start;
    this.left = this.spent > MOST_TIME ? 0 : this.left - 1;
    if (this.left > 0) this.wait(0);
    else this.next = undefined;
  }
}

/**
 * The text with a letter more in a word of a stretch of it.
 * @param which of its words, as a part of all: 0 the first, just under 1 the last
 */
function typedIn(text: string, { offset, length }: Span, which: number): string {
  // Names rather than key words or numbers, as far as their look tells: what people type is mostly whole.
  const words = [...text.slice(offset, offset + length).matchAll(/[a-z_]{3,}/gu)];
  const word = words[Math.floor(which * words.length)];
  const at = offset + (word === undefined ? 0 : word.index + 2);
  return `${text.slice(0, at)}x${text.slice(at)}`;
}
