import type { Finding } from './analysis';

/** The same finding with other places; what it does when asked stays with it. */
export function withPlaces(finding: Finding, { span, related }: Partial<Pick<Finding, 'span' | 'related'>>): Finding {
  const { rule, severity, message, statement, words, about } = finding;
  return {
    rule,
    severity,
    message,
    statement,
    about,
    ...(words === undefined ? {} : { words }),
    span: span ?? finding.span,
    related: related ?? finding.related,
    fixes: () => finding.fixes(),
    ignored: () => finding.ignored(),
  };
}
