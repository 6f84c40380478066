import type { EstimateReporter } from '../estimate-reporter';
import { htmlPage } from './html';
import { markdownReport } from './markdown';
import { viewOf, type MigrationView } from './view';

/**
 * `lockscope estimate --format html`: one page of all migrations, printed when all are known.
 * @param lockBudget how long reads or writes may be blocked, in ms
 */
export function htmlReporter(lockBudget: number): EstimateReporter {
  const views: MigrationView[] = [];
  return {
    tellsFindings: true,
    start: () => '',
    file: (analysis, estimate) => {
      views.push(viewOf({ analysis, estimate, lockBudget }));
      return '';
    },
    end: () => htmlPage(views),
  };
}

/**
 * `lockscope estimate --format markdown`: a section for each migration.
 * @param lockBudget how long reads or writes may be blocked, in ms
 */
export function markdownReporter(lockBudget: number): EstimateReporter {
  let files = 0;
  return {
    tellsFindings: true,
    start: () => '',
    file: (analysis, estimate) => `${files++ === 0 ? '' : '\n'}${markdownReport([{ analysis, estimate, lockBudget }])}`,
    end: () => '',
  };
}
