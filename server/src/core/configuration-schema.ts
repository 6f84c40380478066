import { FIELDS } from './configuration-fields';

/** The published JSON schema of lockscope.json, from the declarations that the parser reads by. */
export function configurationSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Lockscope',
    description: 'Configuration of Lockscope, shared by the editor and the command line.',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(Object.entries(FIELDS).map(([name, { description, schema }]) => [name, { description, ...schema }])),
    },
    additionalProperties: false,
    allowComments: true,
    allowTrailingCommas: true,
  };
}
