/** The text that package.json should have. Throws when the sources do not compile. */
export function manifestText(): Promise<string>;
