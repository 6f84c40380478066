import { analyze } from '../core/analyze';
import type { Reading } from '../workspace/document-state';
import { diagnosticsJson, type DiagnosticsJson } from './diagnostic-json';
import type { Server } from './feature';
import { Rehearsal } from './rehearsal';

type Analysed = Extract<Reading, { readonly state: 'analysed' }>;

/** How long nothing has to be asked, in ms, until it counts as a pause: behind the opening of the first document. */
const FIRST_PAUSE = 60;
/** The same behind an edit: longer than between two letters of somebody who types, who must not wait for a rehearsal. */
const PAUSE = 400;
/** How many keystrokes are rehearsed in the life of a process: by then the engine has compiled what they run through. */
const KEYSTROKES = 2000;
/** How much time that may take in all, in ms, so that a very long document is not rehearsed for a minute. */
const MOST_TIME = 4000;

/**
 * Types a letter here and there and takes it back, in thought, in the pause after a document was opened. The engine
 * compiles what runs often, and until then the first keystrokes of a session would take ten times as long as later ones.
 * What is worked out is thrown away; any real question puts it off.
 */
export class WarmUp {
  private left = KEYSTROKES;
  private spent = 0;
  private timer: NodeJS.Timeout | undefined;
  private rehearsal: Rehearsal | undefined;
  private start = 0;

  constructor(private readonly server: Server) {}

  /** Somebody asked for the diagnostics of a document, which are these. */
  asked(reading: Reading, uri: string, said: DiagnosticsJson): void {
    if (this.left <= 0) return;
    this.forget();
    if (reading.state === 'analysed' && reading.analysis.statements.length > 0) {
      this.wait(this.left < KEYSTROKES ? PAUSE : FIRST_PAUSE, () => {
        this.begin(reading, uri, said);
      });
    }
  }

  private wait(time: number, then: () => void): void {
    this.timer = setTimeout(then, time);
    this.timer.unref();
  }

  private begin(reading: Analysed, uri: string, said: DiagnosticsJson): void {
    const { input, memo, analysis } = reading;
    let before = said;
    this.rehearsal = new Rehearsal(
      uri,
      input.text,
      analysis.statements.map(({ span }) => span),
      (text) => (before = diagnosticsJson({ ...reading, analysis: analyze({ ...input, text }, memo) }, uri, this.server, before)),
      () => {
        this.answered();
      },
    );
    this.keystroke();
  }

  private keystroke(): void {
    this.start = performance.now();
    this.rehearsal?.keystroke(this.left);
  }

  private answered(): void {
    this.spent += performance.now() - this.start;
    this.left = this.spent > MOST_TIME ? 0 : this.left - 1;
    if (this.left <= 0) this.forget();
    else {
      this.wait(0, () => {
        this.keystroke();
      });
    }
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.rehearsal?.dispose();
    this.rehearsal = undefined;
  }
}
