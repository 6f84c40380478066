import { schemaFromDdl } from '../core/folder';
import { createMemo } from '../core/memo';
import type { Schema } from '../core/schema/schema';
import type { Target } from '../core/target';
import { readText } from './disk';
import { addressOf, canonical, type Place } from './place';
import type { OpenText } from './configuration-files';
import type { DocumentSettings } from './settings';

interface Known {
  readonly text: string;
  readonly version: number;
  readonly schema: Schema;
}

/** The schema that the setting `schema` names: DDL that is there before the first migration. */
export class BaseSchemas {
  private readonly texts = new Map<string, Promise<string | undefined>>();
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly openText: OpenText,
    private readonly warn: (message: string) => void,
  ) {}

  /**
   * What exists before the first migration of a document's history. The same file gives the same object.
   * @param otherwise what is known without such a file
   */
  async of({ root }: Place, settings: DocumentSettings, target: Target, otherwise: Schema): Promise<Schema> {
    const { schema: file } = settings.configuration;
    if (file === undefined) return otherwise;
    const path = settings.schemaFrom === '' ? file : `${settings.schemaFrom}/${file}`;
    const uri = canonical(addressOf(root, path));
    const text = this.openText(uri) ?? (await this.read(uri));
    return text === undefined ? otherwise : this.schemaOf(uri, path, text, target);
  }

  /** Says that a file changed on the disk. Gives back whether it is one of those that were read. */
  forget(uri: string): boolean {
    return this.texts.delete(canonical(uri));
  }

  private schemaOf(uri: string, path: string, text: string, target: Target): Schema {
    const known = this.known.get(uri);
    if (known?.text === text && known.version === target.version) return known.schema;
    const { schema, problems } = schemaFromDdl({ path, text }, target, createMemo());
    if (problems.length > 0) this.warn(`${path}: ${String(problems.length)} statements of the schema cannot be read; the first: ${problems[0]?.message ?? ''}`);
    this.known.set(uri, { text, version: target.version, schema });
    return schema;
  }

  private read(uri: string): Promise<string | undefined> {
    let reading = this.texts.get(uri);
    if (reading === undefined) {
      reading = readText(uri).then((text) => {
        if (text === undefined) this.warn(`The schema file ${uri} cannot be read.`);
        return text;
      });
      this.texts.set(uri, reading);
    }
    return reading;
  }
}
