/** Writes key words the way the user does: in lower case where the statement starts in lower case. */
export type KeyWords = (words: string) => string;

/** The user's way of writing key words, going by the first word of a statement. */
export function keyWordsLike(statement: string): KeyWords {
  const first = /[A-Za-z]+/.exec(statement)?.[0] ?? '';
  return first !== '' && first === first.toLowerCase() ? (words) => words.toLowerCase() : (words) => words;
}
