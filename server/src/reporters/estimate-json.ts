import type { Analysis } from '../core/analysis';
import type { Blocked, Duration, MigrationEstimate, StatementEstimate } from '../core/estimate/estimate';
import type { EstimateReporter } from './estimate-reporter';
import { durationJson, estimateJson, numbered, range } from './json';

/**
 * Version 1 of what `lockscope estimate --format json` prints; one file a line. Times are seconds, null for what cannot be
 * told: then `unknown` says why. Places are those of `lockscope check`.
 */
export function estimateJsonReporter(): EstimateReporter {
  let files = 0;
  return {
    tellsFindings: false,
    start: ({ dialect, version, source }) => `{"version":1,"server":${JSON.stringify({ dialect, version, source })},"files":[`,
    file: (analysis, estimate) => `${files++ === 0 ? '\n' : ',\n'}${JSON.stringify(fileOf(analysis, estimate))}`,
    end: ({ statements, runs, blocksReads, blocksWrites }) =>
      `\n],"summary":${JSON.stringify({ files, statements, runs: orNull(runs), blocksReads: orNull(blocksReads), blocksWrites: orNull(blocksWrites) })}}\n`,
  };
}

function fileOf({ path, script, statements, lines, problems }: Analysis, { statements: estimates, blocked, runs, blocksReads, blocksWrites }: MigrationEstimate): object {
  const transactions = numbered(statements.map((statement) => statement.transaction));
  const transactionOf = (id: number): number => transactions.get(id) ?? id;
  return {
    path,
    tool: script.tool,
    runs: orNull(runs),
    blocksReads: orNull(blocksReads),
    blocksWrites: orNull(blocksWrites),
    statements: statements.flatMap(({ span, effects, transaction }, index) => {
      const estimate = estimates[index];
      if (effects === undefined || estimate === undefined) return [];
      return [{ ...range(span, lines), offset: span.offset, length: span.length, kind: effects.kind, transaction: transactionOf(transaction), ...statementOf(estimate) }];
    }),
    blocked: blocked.map((block) => blockedOf(block, statements, lines, transactionOf)),
    problems: problems.map(({ message, span }) => ({ message, ...range(span, lines) })),
  };
}

function statementOf(estimate: StatementEstimate): object {
  const { unknown, perMillionRows, work, waits, batches, ran } = estimate;
  return {
    estimate: estimateJson(estimate),
    unknown: unknown ?? null,
    perMillionRows: orNull(perMillionRows),
    work: work.map(({ kind, what, relation, rows, bytesRead, bytesWritten, walBytes, seconds }) => ({
      kind,
      what,
      relation: relation ?? null,
      rows: rows ?? null,
      bytesRead: bytesRead ?? null,
      bytesWritten: bytesWritten ?? null,
      walBytes: walBytes ?? null,
      seconds: orNull(seconds),
    })),
    waits: waits.map(({ for: what, what: words, relation }) => ({ for: what, what: words, relation: relation ?? null })),
    batches: batches ?? null,
    ran: ran === undefined ? null : { seconds: ran.seconds, calls: ran.calls, estimated: orNull(ran.estimated) },
  };
}

function blockedOf({ relation, transaction, from, to, mode, blocks, time }: Blocked, statements: Analysis['statements'], lines: Analysis['lines'], transactionOf: (id: number) => number): object {
  const [first, last] = [statements[from], statements[to]];
  const offset = first?.span.offset ?? 0;
  const end = last === undefined ? offset : last.span.offset + last.span.length;
  return { relation, transaction: transactionOf(transaction), mode, blocks, time: orNull(time), ...range({ offset, length: end - offset }, lines) };
}

function orNull(duration: Duration | undefined): object | null {
  return duration === undefined ? null : durationJson(duration);
}
