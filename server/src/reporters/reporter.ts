import type { Analysis } from '../core/analysis';
import type { MigrationEstimate } from '../core/estimate/estimate';
import { SEVERITIES, type Severity } from '../core/rules/rule';
import type { Target } from '../core/target';

/** An output format. Each call gives the text to print next, so that files are printed as they are analysed. */
export interface Reporter {
  start(target: Target): string;
  /** @param estimate works out how long the migration takes, for formats that say so */
  file(analysis: Analysis, estimate: () => MigrationEstimate): string;
  end(summary: Summary): string;
}

/** What a reporter may know of where its text goes. */
export interface Terminal {
  readonly colour: boolean;
  /** Columns that prose is wrapped to. */
  readonly width: number;
}

/** The counts of a whole run. */
export interface Summary {
  readonly files: number;
  readonly filesWithFindings: number;
  /** Statements that were read; those that do not parse are problems. */
  readonly statements: number;
  readonly findings: Readonly<Record<Severity, number>>;
  readonly problems: number;
  /** Those of them that have been applied and are not judged. */
  readonly applied: { readonly files: number; readonly statements: number };
}

export const EMPTY_SUMMARY: Summary = {
  files: 0,
  filesWithFindings: 0,
  statements: 0,
  findings: { error: 0, warning: 0, info: 0, hint: 0 },
  problems: 0,
  applied: { files: 0, statements: 0 },
};

/** The counts with one more file. */
export function withFile(summary: Summary, { statements, findings, problems, applied }: Analysis): Summary {
  const read = statements.filter((statement) => statement.effects !== undefined).length;
  const counts = { ...summary.findings };
  for (const { severity } of findings) counts[severity] += 1;
  return {
    files: summary.files + 1,
    filesWithFindings: summary.filesWithFindings + (findings.length + problems.length > 0 ? 1 : 0),
    statements: summary.statements + read,
    findings: counts,
    problems: summary.problems + problems.length,
    applied: applied === undefined ? summary.applied : { files: summary.applied.files + 1, statements: summary.applied.statements + read },
  };
}

/** Whether there is anything at or above a severity; a statement that cannot be read is as bad as an error. */
export function anyAtOrAbove({ findings, problems }: Summary, threshold: Severity | 'never'): boolean {
  if (threshold === 'never') return false;
  return problems > 0 || SEVERITIES.slice(0, SEVERITIES.indexOf(threshold) + 1).some((severity) => findings[severity] > 0);
}
