/** One statement of the suite. The server says what is right; a case holds no expectation of its own. */
export interface Case {
  /** What the case shows, where the statement does not say it by itself. */
  readonly title?: string;
  readonly sql: string;
  /** Run and committed before the statement, in a copy of the world. */
  readonly setup?: string;
  /** Lines for COPY … FROM STDIN. */
  readonly input?: string;
  /** What it does is in a string that is put together at run time: locks may be taken that no one can foresee. */
  readonly unknown?: true;
  /** Why the model is knowingly wrong here. The suite then insists that it is: the day it is right, this goes. */
  readonly wrong?: string;
  /** First and last major version that the statement is for. */
  readonly since?: number;
  readonly until?: number;
}
