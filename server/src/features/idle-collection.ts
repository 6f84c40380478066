import { garbageCollector } from '../engine';

/** How long nothing has to be asked, in ms, until it counts as a pause: longer than an editor takes between the questions of one keystroke. */
const PAUSE = 25;

/**
 * Has the garbage of a keystroke collected in the pause behind it. Else it is collected in the middle of a later one,
 * which then takes milliseconds longer than the others.
 */
export class IdleCollection {
  private timer: NodeJS.Timeout | undefined;
  private readonly collect = garbageCollector();

  /** Somebody asked for something: the pause begins anew. */
  postpone(): void {
    if (this.timer !== undefined) this.timer.refresh();
    else {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.collect?.({ type: 'minor' });
      }, PAUSE);
      this.timer.unref();
    }
  }
}
