import { readCalibration } from '../core/estimate/calibration';
import type { Calibration } from '../core/schema/speed';
import { readUrl } from './postgres/url';

/** A database that somebody chose to judge by. Its URL holds the password. */
export interface ChosenDatabase {
  /** What people call it. */
  readonly name: string;
  /** Address of the workspace folder that it is for; undefined: for all that have no other. */
  readonly folder: string | undefined;
  readonly url: string;
  /** Whether it is one that nothing but reading may happen to, by its owner's word. */
  readonly production: boolean;
  /** What was learned of its server; undefined where nothing was. */
  readonly calibration: Calibration | undefined;
  /** Where it is no database to judge by but one on whose server rehearsals may make theirs: what it is asked for by. */
  readonly stage: string | undefined;
}

/**
 * Takes the chosen databases out of the environment, so that passwords are neither inherited by other processes nor in a
 * report of a crash. An editor hands over what its user chose in LOCKSCOPE_DATABASES, a JSON list of {@link ChosenDatabase};
 * LOCKSCOPE_DATABASE_URL is one URL for everything, as on the command line. What cannot be read is left out.
 */
export function takeChosen(environment: NodeJS.ProcessEnv): readonly ChosenDatabase[] {
  const { LOCKSCOPE_DATABASES: list, LOCKSCOPE_DATABASE_URL: url } = environment;
  delete environment.LOCKSCOPE_DATABASES;
  delete environment.LOCKSCOPE_DATABASE_URL;
  const chosen = list === undefined ? [] : chosenFrom(list);
  return url === undefined || url === '' ? chosen : [...chosen, { name: nameOf(url), folder: undefined, url, production: false, calibration: undefined, stage: undefined }];
}

function chosenFrom(text: string): readonly ChosenDatabase[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.flatMap((entry) => chosenOf(entry) ?? []) : [];
}

function chosenOf(entry: unknown): ChosenDatabase | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { name, folder, url, production, calibration, stage } = entry as Readonly<Record<string, unknown>>;
  if (typeof url !== 'string') return undefined;
  return { name: typeof name === 'string' ? name : nameOf(url), folder: typeof folder === 'string' ? folder : undefined, url, production: production === true, calibration: readCalibration(calibration), stage: typeof stage === 'string' ? stage : undefined };
}

/** A database by its own name and its server's, without anybody's secrets. */
function nameOf(url: string): string {
  try {
    const { database, server } = readUrl(url);
    return `${database} on ${server}`;
  } catch {
    return 'the database';
  }
}
