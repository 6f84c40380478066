import { alike } from '../core/lists';

/** How elements of a list are compared and written. */
export interface Elements<T> {
  same(a: T, b: T): boolean;
  json(element: T): string;
}

/**
 * A JSON array of many elements as UTF-8. The next list of nearly the same elements takes over the bytes of those that it
 * begins and ends with as well: where a keystroke changes one of a thousand, one is written.
 */
export class JsonList<T> {
  private constructor(
    private readonly how: Elements<T>,
    private readonly elements: readonly T[],
    /** Where each element begins in the body, with the comma before it; and where the body ends. */
    private readonly starts: Uint32Array,
    private readonly body: Buffer,
  ) {}

  static empty<T>(how: Elements<T>): JsonList<T> {
    return new JsonList(how, [], new Uint32Array(1), Buffer.alloc(0));
  }

  /** The list of these elements. */
  next(elements: readonly T[]): JsonList<T> {
    const { how, starts, body } = this;
    const known = this.elements;
    const { head, tail } = alike(elements, known, (element, own) => own === element || how.same(own, element));
    if (head === elements.length && head === known.length) return this;
    const shift = elements.length - known.length;

    const made = elements.slice(head, tail).map((element) => `,${how.json(element)}`);
    const from = starts[head] ?? 0;
    const to = starts[tail - shift] ?? 0;
    const next = new Uint32Array(elements.length + 1);
    next.set(starts.subarray(0, head));
    let at = from;
    for (const [index, json] of made.entries()) {
      next[head + index] = at;
      at += Buffer.byteLength(json);
    }
    for (let index = tail; index <= elements.length; index++) next[index] = (starts[index - shift] ?? 0) - to + at;
    return new JsonList(how, elements, next, Buffer.concat([body.subarray(0, from), Buffer.from(made.join('')), body.subarray(to)]));
  }

  /** The array's text, in pieces. */
  get pieces(): readonly Buffer[] {
    return [OPEN, this.body.subarray(1), CLOSE];
  }
}

const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');
