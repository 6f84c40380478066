import type { Analysis, Finding, StatementAnalysis } from './analysis';
import { withPlaces } from './finding';
import { spanInFile } from './script/embedded';
import type { Embedded, Script } from './script/script';
import type { Span } from './text';

type Found = Pick<Analysis, 'statements' | 'findings' | 'problems'>;

/** What was found in a script, at its places in the file, with the problems of the script itself. The one place where embedded SQL is mapped to its file. */
export function placedInFile(script: Script, path: string, { statements, findings, problems }: Found): Found {
  const { embedded } = script;
  const all = (own: Found['problems']): Found['problems'] => [...script.problems, ...own].sort((a, b) => a.span.offset - b.span.offset);
  if (embedded === undefined) return { statements, findings, problems: all(problems) };
  return {
    statements: statements.map((statement) => new Placed(statement, embedded)),
    findings: findings.map((finding) => placed(finding, path, embedded)),
    problems: all(problems.map((problem) => ({ ...problem, span: spanInFile(embedded, problem.span) }))),
  };
}

function placed(finding: Finding, path: string, embedded: Embedded): Finding {
  const related = finding.related.map((place) => (place.span === undefined || place.path !== path ? place : { ...place, span: spanInFile(embedded, place.span) }));
  return withPlaces(finding, { span: spanInFile(embedded, finding.span), related });
}

/** A statement at its place in the file; the schema before it is still put together only when somebody asks. */
class Placed implements StatementAnalysis {
  readonly span: Span;

  constructor(
    private readonly statement: StatementAnalysis,
    embedded: Embedded,
  ) {
    this.span = spanInFile(embedded, statement.span);
  }

  get segment(): StatementAnalysis['segment'] {
    return this.statement.segment;
  }
  get parsed(): StatementAnalysis['parsed'] {
    return this.statement.parsed;
  }
  get effects(): StatementAnalysis['effects'] {
    return this.statement.effects;
  }
  get moment(): StatementAnalysis['moment'] {
    return this.statement.moment;
  }
  get transaction(): StatementAnalysis['transaction'] {
    return this.statement.transaction;
  }
  get before(): StatementAnalysis['before'] {
    return this.statement.before;
  }
  get version(): StatementAnalysis['version'] {
    return this.statement.version;
  }
  get ran(): StatementAnalysis['ran'] {
    return this.statement.ran;
  }
  get drift(): StatementAnalysis['drift'] {
    return this.statement.drift;
  }
}
