import { SchemaEditor, type Transition } from '../schema/editor';
import { SchemaReader } from '../schema/reader';
import type { Reading } from '../schema/reading';
import { applyStatement } from '../schema/postgres/apply';
import type { Schema } from '../schema/schema';
import type { ParsedStatement } from '../sql/statement';
import { effectsOf } from './postgres/effects';
import type { Effects } from './effects';

/** What is asked of a statement besides its text and the schema. */
export interface EffectsSetting {
  /** Path of the migration, which what it creates is marked with. */
  readonly path: string;
  /** PostgreSQL major version. */
  readonly version: number;
}

/** A statement's effects and the schema it leaves behind. */
export interface Outcome {
  readonly effects: Effects;
  readonly after: Schema;
  /** What this followed from. */
  readonly transition: Transition;
}

interface Remembered extends EffectsSetting {
  readonly effects: Effects;
  /** What the effects followed from. */
  readonly reading: Reading;
  readonly transition: Transition;
}

/** How many situations are remembered for one text: the same statement in several files or places. */
const SITUATIONS = 8;

/** Remembers effects by statement and by the part of the schema that they were read from. */
export class EffectsMemo {
  private readonly known = new WeakMap<ParsedStatement, Remembered[]>();

  /** What a statement does to a schema. */
  outcome(statement: ParsedStatement, schema: Schema, setting: EffectsSetting): Outcome {
    let situations = this.known.get(statement);
    if (situations === undefined) this.known.set(statement, (situations = []));
    const isSame = ({ path, version }: EffectsSetting): boolean => path === setting.path && version === setting.version;
    for (const [index, situation] of situations.entries()) {
      if (!isSame(situation)) continue;
      const after = situation.transition.apply(schema);
      if (after === undefined) continue;
      // The latest stay, so that what is typed elsewhere and taken back leads back to where it was.
      situations.splice(index, 1);
      situations.unshift(situation);
      return { effects: situation.effects, after, transition: situation.transition };
    }
    // What changes a relation reads all of it, and so has to be done again far more often than what it does has to be found out.
    const known = situations.find((situation) => isSame(situation) && situation.reading.holdsFor(schema));
    const { effects, reading, editor } = known === undefined ? found(statement, schema, setting) : { ...known, editor: new SchemaEditor(schema) };
    applyStatement(statement, editor, setting);
    const transition = editor.transition(reading);
    situations.unshift({ path: setting.path, version: setting.version, effects, reading, transition });
    if (situations.length > SITUATIONS) situations.pop();
    return { effects, after: editor.result(), transition };
  }
}

function found(statement: ParsedStatement, schema: Schema, setting: EffectsSetting): Pick<Remembered, 'effects' | 'reading'> & { readonly editor: SchemaEditor } {
  const reader = new SchemaReader(schema);
  const effects = effectsOf(statement, reader, setting);
  // A partition's CREATE looks at all of its siblings: to keep that twice would cost more than it spares.
  if (reader.reading.size > MUCH) return { effects, reading: reader.reading, editor: new SchemaEditor(schema, reader.reading) };
  return { effects, reading: reader.close(), editor: new SchemaEditor(schema) };
}

/** So many entries that are read make what is kept of a statement large. */
const MUCH = 50;
