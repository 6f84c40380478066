import type { RuleMeta } from '../../server/src/core/rules/rule';

export const START: string;
export const END: string;
/** The README with its reference as the manifest and the rules declare it. Throws where the README lacks the markers. */
export function withReference(readme: string, manifest: object, metas: readonly RuleMeta[]): string;
