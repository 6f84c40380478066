/** Where the rules' pages are published: docs/rules of the repository. */
const PAGES = 'https://github.com/lockscope/lockscope/blob/main/docs/rules';

/** The address of a rule's page. */
export function pageOf(rule: string): string {
  return `${PAGES}/${rule}.md`;
}
