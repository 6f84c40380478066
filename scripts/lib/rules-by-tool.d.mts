/** The table of rules by tool as Markdown, for docs/rules-by-tool.md. Throws for a name that is no rule's. */
export function rulesByTool(metas: readonly { readonly id: string }[]): string;
