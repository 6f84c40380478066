import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manifestText } from '../../scripts/generate-manifest.mjs';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as {
  activationEvents: string[];
  contributes: {
    commands: { command: string; title: string; category: string }[];
    configuration: { properties: Record<string, { scope?: string; description?: string; markdownDescription?: string; enum?: unknown[]; enumDescriptions?: string[]; markdownEnumDescriptions?: string[] }> }[];
    grammars: { path: string }[];
    walkthroughs: { steps: { media: { markdown: string } }[] }[];
    jsonValidation: { url: string }[];
  };
};
const settings = Object.entries(Object.assign({}, ...manifest.contributes.configuration.map(({ properties }) => properties)) as (typeof manifest.contributes.configuration)[number]['properties']);

describe('the manifest', () => {
  it('is current with the rules and settings it was generated from', async () => {
    expect(await manifestText()).toBe(text);
  });

  it('wakes the extension for SQL and migrations only', () => {
    expect(manifest.activationEvents).not.toContain('*');
    expect(manifest.activationEvents).not.toContain('onStartupFinished');
  });

  it.each(manifest.contributes.commands)('$command has a category and a title', ({ command, title, category }) => {
    expect(command).toMatch(/^lockscope\./);
    expect(category).toBe('Lockscope');
    expect(title).toMatch(/^[A-Z]/);
  });

  it.each(settings)('%s has a scope, and says what it controls', (_, { scope, description, markdownDescription, enum: values, enumDescriptions, markdownEnumDescriptions }) => {
    expect(scope).toMatch(/^(?:resource|window|machine-overridable)$/);
    expect(description ?? markdownDescription).toMatch(/^Controls .*\.$/s);
    if (values !== undefined) expect(enumDescriptions ?? markdownEnumDescriptions).toHaveLength(values.length);
  });

  it('names files that are there', () => {
    const { grammars, walkthroughs, jsonValidation } = manifest.contributes;
    const files = [...grammars.map(({ path }) => path), ...walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)), ...jsonValidation.map(({ url }) => url), 'icon.png'];
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});
