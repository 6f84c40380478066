/** Text for HTML, as content or as a value in double quotes. Control characters, which HTML does not allow, are made visible. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (unit) => ENTITIES[unit] ?? unit).replace(CONTROL, '\u{FFFD}');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** All but tab, line feed and carriage return; and what turns the direction of writing around, so that a name cannot disguise itself. */
const CONTROL = /(?![\t\n\r])\p{Cc}|[\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu;
