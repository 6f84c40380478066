import type { TimelineView } from './view';

/** The columns' widths of one timeline, as style rules: values in attributes would need a laxer content security policy. */
export function layoutOf({ columns, lanes }: TimelineView, id: string): string {
  if (columns.length === 0) return '';
  const scale = columns.map(({ share }) => `minmax(0,${(share * 1000).toFixed(1)}fr)`).join(' ');
  const places = [
    ...columns.map((_, at) => `#${id} .f${String(at)}{grid-column-start:${String(at + 2)}}#${id} .t${String(at)}{grid-column-end:${String(at + 3)}}`),
    ...lanes.map((_, at) => `#${id} .l${String(at)}{grid-row:${String(2 * at + 3)}}#${id} .b${String(at)}{grid-row:${String(2 * at + 4)}}`),
    `#${id} .all{grid-row:2/${String(2 * lanes.length + 4)}}#${id} .last{grid-row:${String(2 * lanes.length + 3)}}`,
  ];
  // Each lane has two rows: side by side they are one, on a narrow page the name stands over the bars.
  const sideBySide = lanes.map((_, at) => `#${id} .l${String(at)},#${id} .b${String(at)}{grid-row:${String(2 * at + 3)}/span 2}`).join('');
  return `#${id} .grid{min-width:calc(var(--label) + ${String(columns.length * 20)}px);grid-template-columns:var(--label) ${scale}}
#${id}:has(.even:checked) .grid{grid-template-columns:var(--label) repeat(${String(columns.length)},minmax(0,1fr))}
${places.join('')}
@media (min-width:44rem){${sideBySide}}`;
}

/**
 * The look of the page. In an editor the editor's own colours; by itself light or dark as the system has it. Who waits
 * shows in three ways, so that no one needs colours: filled bars keep reads and writes waiting, striped ones writes,
 * hollow ones neither.
 */
export const STYLE = `
:root {
  --label: 13.5rem;
  --text: var(--vscode-foreground, #1f2328); --quiet: var(--vscode-descriptionForeground, #59636e); --page: var(--vscode-editor-background, #ffffff);
  --card: var(--vscode-editorWidget-background, #f6f8fa); --line: var(--vscode-widget-border, var(--vscode-panel-border, #d1d9e0)); --code: var(--vscode-textCodeBlock-background, #f6f8fa);
  --link: var(--vscode-textLink-foreground, #0969da); --focus: var(--vscode-focusBorder, #0969da);
  --red: #cf222e; --on-red: #ffffff; --orange: #e16f24; --amber: #f2a53a; --yellow: #fad37a; --on-warm: #2b1700; --edge-warm: #8a4600; --stripe: #ffffff8c; --teal: #0f766e; --blue: #0969da; --green: #1a7f37;
  --font: var(--vscode-font-family, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif);
  --mono: var(--vscode-editor-font-family, ui-monospace, SFMono-Regular, Menlo, Consolas, monospace);
}
@media (prefers-color-scheme: dark) {
  :root:has(> .own) {
    --text: #e6edf3; --quiet: #9198a1; --page: #0d1117; --card: #151b23; --line: #3d444d; --code: #151b23; --link: #4493f8; --focus: #4493f8;
    --red: #f85149; --on-red: #190000; --orange: #f0883e; --amber: #e3a23f; --yellow: #e9c46a; --on-warm: #211200; --edge-warm: #ffd9a0; --stripe: #00000047; --teal: #3fc1b0; --blue: #58a6ff; --green: #3fb950;
  }
}
.vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light) {
  --red: #f85149; --on-red: #190000; --orange: #f0883e; --amber: #e3a23f; --yellow: #e9c46a; --on-warm: #211200; --edge-warm: #ffd9a0; --stripe: #00000047; --teal: #3fc1b0; --blue: #58a6ff; --green: #3fb950;
}
.vscode-high-contrast { --line: var(--vscode-contrastBorder, currentColor); --quiet: var(--vscode-foreground); --focus: var(--vscode-contrastActiveBorder, #f38518); }
@media (prefers-contrast: more) { .own { --quiet: var(--text); --line: var(--text); } }

* { box-sizing: border-box; }
html { scroll-padding-block: 1rem; }
body { margin: 0 auto; max-width: 74rem; padding: 1.25rem 1.5rem 2rem; background: var(--page); color: var(--text); font: 0.875rem/1.5 var(--font); }
.own { font-size: 0.9375rem; padding-block: 2rem; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
ul, ol, dl, dd, p, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1, h2, h3 { margin: 0; font-weight: 600; line-height: 1.25; text-wrap: balance; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; }
h3 { font-size: 1rem; }
section { margin-top: 1.75rem; }
section > :is(h2, h3) { margin-bottom: 0.75rem; }
article + article { margin-top: 3rem; padding-top: 2rem; border-top: 1px solid var(--line); }
header > div { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; }
.facts { margin-top: 0.35rem; color: var(--quiet); }
.facts span + span::before { content: "·"; margin: 0 0.5rem; }
.tools { display: flex; gap: 0.5rem; }
button { padding: 0.25rem 0.7rem; border: 1px solid var(--vscode-button-border, transparent); border-radius: 3px; background: var(--vscode-button-secondaryBackground, var(--card)); color: var(--vscode-button-secondaryForeground, var(--text)); font: inherit; cursor: pointer; }
button:hover { background: var(--vscode-button-secondaryHoverBackground, var(--line)); }
.vscode-high-contrast button { border-color: var(--line); }
.problem { margin-top: 0.75rem; padding: 0.5rem 0.75rem; border-left: 3px solid var(--red); background: var(--card); }
footer { margin-top: 2.5rem; color: var(--quiet); font-size: 0.8125rem; }

.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem; margin-top: 1.1rem; }
.total { padding: 0.75rem 1rem 0.85rem; border: 1px solid var(--line); border-left: 4px solid var(--tone, var(--line)); border-radius: 6px; background: var(--card); }
.total dt { color: var(--quiet); }
.total strong { font-size: 1.6rem; font-weight: 600; line-height: 1.3; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
.total .range-words { display: inline-block; color: var(--quiet); }
.total small { display: block; color: var(--quiet); font-size: 0.8125rem; overflow-wrap: anywhere; }
.good { --tone: var(--green); } .near { --tone: var(--amber); } .bad { --tone: var(--red); } .unknown { --tone: var(--quiet); }
.total.unknown { border-left-style: dashed; }

.scale { display: flex; gap: 0.9rem; align-items: center; margin: -2.15rem 0 0.7rem; padding: 0; border: 0; justify-content: flex-end; color: var(--quiet); font-size: 0.8125rem; }
.scale legend { float: left; padding: 0; margin-right: 0.2rem; }
.scale label { display: flex; gap: 0.3rem; align-items: center; cursor: pointer; }
.scale input { margin: 0; accent-color: var(--focus); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
.grid { display: grid; position: relative; }
.label { grid-column: 1; position: sticky; left: 0; z-index: 2; padding: 0.5rem 0.75rem; background: var(--page); border-right: 1px solid var(--line); border-top: 1px solid var(--line); min-width: 0; }
.corner { padding-block: 0.2rem; color: var(--quiet); font-size: 0.75rem; text-align: right; }
.first { grid-row: 1; } .second { grid-row: 2; }
.corner.first, .corner.second { border-top: 0; }
.lane { display: contents; }
.label b { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-family: var(--mono); font-size: 0.875em; }
.who { display: flex; flex-wrap: wrap; gap: 0.1rem 0.6rem; font-size: 0.75rem; color: var(--quiet); }
.who em { font-style: normal; }
.who em::before { content: "✓ "; color: var(--green); }
.who .stop { color: var(--text); font-weight: 600; }
.who .stop::before { content: "✕ "; color: var(--red); }
.vscode-high-contrast .who em::before { color: inherit; }
.how-long { display: block; font-size: 0.75rem; color: var(--quiet); font-variant-numeric: tabular-nums; }

.column { border-left: 1px solid var(--line); opacity: 0.55; }
.column.f0 { border-left-color: transparent; }
.column.short { border-left-style: dotted; background: radial-gradient(circle at 1px 1px, var(--line) 1px, transparent 1.4px) 0 0 / 6px 6px; }
.column.unknown { background: repeating-linear-gradient(-45deg, transparent 0 7px, var(--line) 7px 8px); }
.band { min-width: 0; margin: 0.4rem 3px 0.15rem; padding: 0 0.3rem; overflow: hidden; border-bottom: 2px dotted var(--line); color: var(--quiet); font-size: 0.75rem; text-align: center; text-overflow: ellipsis; white-space: nowrap; }
.band.together { border-bottom: 2px solid var(--quiet); }
.step { display: flex; justify-content: center; min-width: 0; padding: 0.2rem 0; }
.step span { min-width: 1.35rem; height: 1.35rem; padding: 0 0.2rem; border-radius: 1rem; background: var(--card); box-shadow: inset 0 0 0 1px var(--line); color: var(--text); font-size: 0.75rem; line-height: 1.35rem; text-align: center; font-variant-numeric: tabular-nums; }
.step:hover span { box-shadow: inset 0 0 0 1px var(--focus); }
.step:hover { text-decoration: none; }
.bar { container-type: inline-size; position: relative; align-self: center; min-width: 0; height: 1.75rem; margin: 0 2px; border-radius: 4px; line-height: 1.75rem; font-size: 0.75rem; text-decoration: none; }
.bar span { position: absolute; inset: 0; padding: 0 0.5rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar b { margin-right: 0.35rem; font-weight: 600; }
@container (max-width: 4.5rem) { .bar span, .measure span { visibility: hidden; } }
.bar:hover { text-decoration: none; filter: brightness(1.08); }
.bar, .swatch, .chip { background: var(--fill, transparent); color: var(--ink, inherit); box-shadow: inset 0 0 0 1px var(--edge, transparent); }
.access-exclusive { --fill: var(--red); --ink: var(--on-red); --edge: var(--red); }
.exclusive, .share-row-exclusive, .share { --ink: var(--on-warm); --edge: var(--edge-warm); }
:is(.exclusive, .share-row-exclusive, .share):is(.bar, .swatch) { background: repeating-linear-gradient(-55deg, transparent 0 7px, var(--stripe) 7px 9px), var(--fill); }
.exclusive { --fill: var(--orange); } .share-row-exclusive { --fill: var(--amber); } .share { --fill: var(--yellow); }
.share-update-exclusive { --ink: var(--text); --edge: var(--teal); --fill: color-mix(in srgb, var(--teal) 12%, var(--page)); }
.row-exclusive { --ink: var(--text); --edge: var(--blue); --fill: color-mix(in srgb, var(--blue) 10%, var(--page)); }
.share-update-exclusive.bar, .row-exclusive.bar { height: 1.4rem; line-height: 1.4rem; }
.axis { padding-block: 0.3rem; }
.measure { container-type: inline-size; position: relative; height: 1.6rem; margin: 0.25rem 0; color: var(--quiet); font-size: 0.75rem; font-variant-numeric: tabular-nums; }
.measure::before { content: ""; position: absolute; inset: 50% 0 auto; border-top: 1px solid var(--line); }
.measure::after { content: ""; position: absolute; inset: 25% 0; border-inline: 1px solid var(--quiet); }
.measure.short::before { border-top-style: dotted; }
.measure span { position: absolute; z-index: 1; left: 50%; top: 50%; translate: -50% -50%; padding: 0 0.35rem; background: var(--page); white-space: nowrap; }
.detail { min-height: 1.5em; margin-top: 0.4rem; font-size: 0.8125rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.25rem; margin-top: 0.1rem; color: var(--quiet); font-size: 0.8125rem; }
.swatch { display: inline-block; width: 1.5rem; height: 0.75rem; margin-right: 0.4rem; border-radius: 2px; vertical-align: -1px; }
.swatch.column { box-shadow: inset 0 0 0 1px var(--line); opacity: 1; }
.hint, .nothing { margin-top: 0.35rem; color: var(--quiet); font-size: 0.8125rem; }
details.table { margin-top: 0.6rem; }
summary { cursor: pointer; color: var(--link); font-size: 0.8125rem; }
table { width: 100%; margin-top: 0.5rem; border-collapse: collapse; font-size: 0.8125rem; }
th, td { padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { color: var(--quiet); font-weight: 500; }
tbody th { font-family: var(--mono); font-weight: 500; }
.contents .bad { color: var(--red); font-weight: 600; }

.statement { padding: 0.9rem 0; border-top: 1px solid var(--line); }
.statement:last-child { border-bottom: 1px solid var(--line); }
.quiet { padding-block: 0.35rem; }
.quiet .head { grid-template-columns: auto minmax(0, 1fr) auto auto; }
.quiet code { overflow: hidden; color: var(--quiet); font: 0.8125rem var(--mono); text-overflow: ellipsis; white-space: nowrap; }
.quiet .time, .quiet .time:last-child { grid-column: 4; grid-row: auto; color: var(--quiet); }
.quiet + .quiet { border-top: 0; padding-top: 0; }
.statement:is(:target, .shown) { background: var(--card); box-shadow: -0.75rem 0 0 var(--card), 0.75rem 0 0 var(--card); }
.head { display: grid; grid-template-columns: auto auto 1fr auto 8rem; gap: 0 0.6rem; align-items: center; }
.number { min-width: 1.5rem; padding: 0 0.35rem; border-radius: 1rem; background: var(--card); box-shadow: inset 0 0 0 1px var(--line); color: var(--text); font-size: 0.75rem; line-height: 1.5rem; text-align: center; font-variant-numeric: tabular-nums; }
.number:hover { box-shadow: inset 0 0 0 1px var(--focus); text-decoration: none; }
.line { color: var(--quiet); font-size: 0.8125rem; }
.time { grid-column: 4; text-align: right; font-variant-numeric: tabular-nums; }
.time:last-child { grid-column: 4 / 6; }
.range svg { display: block; overflow: visible; }
.range line, .range circle { stroke: var(--quiet); }
.range .tick { stroke: var(--line); }
.range .span { stroke: var(--text); stroke-width: 2; stroke-linecap: round; }
.range circle { fill: var(--text); stroke: var(--page); stroke-width: 1.5; }
pre { max-height: 12rem; margin: 0.5rem 0 0; padding: 0.5rem 0.75rem; overflow: auto; border-radius: 4px; background: var(--code); font: 0.8125rem/1.5 var(--mono); tab-size: 4; }
.vscode-high-contrast pre, .vscode-high-contrast .bar { outline: 1px solid var(--line); }
.vscode-high-contrast .bar:focus-visible, .vscode-high-contrast pre:focus-visible { outline: 2px solid var(--focus); }
.locks, .work, .notes { margin-top: 0.45rem; font-size: 0.8125rem; overflow-wrap: anywhere; }
.locks { display: flex; flex-wrap: wrap; gap: 0.25rem 1.1rem; }
.locks b { font-family: var(--mono); font-weight: 500; }
.chip { display: inline-block; padding: 0 0.4rem; border-radius: 3px; font-size: 0.6875rem; font-weight: 600; letter-spacing: 0.02em; line-height: 1.35rem; }
.chip.new { --edge: var(--line); color: var(--quiet); }
.work { color: var(--quiet); }
.work li { display: inline; }
.work li + li::before { content: " · "; }
.notes li { padding-left: 1.35rem; text-indent: -1.35rem; }
.sign { display: inline-block; width: 1.35rem; text-indent: 0; color: var(--quiet); }
.sign svg { display: inline-block; width: 0.75rem; height: 0.75rem; vertical-align: -1px; fill: currentColor; }
.error .sign { color: var(--red); } .warning .sign { color: var(--orange); } .info .sign { color: var(--blue); }

@media (max-width: 44rem) {
  :root { --label: 0px; }
  .corner { display: none; }
  .lane .label { grid-column: 1 / -1; width: fit-content; max-width: calc(100vw - 3rem); border: 0; background: none; padding-bottom: 0.1rem; }
  .lane .bar { margin-bottom: 0.3rem; }
  body { padding-inline: 1rem; }
  .head { grid-template-columns: auto auto 1fr; }
  .time, .time:last-child { grid-column: 1 / 4; grid-row: 2; text-align: left; }
  .range { grid-column: 1 / 4; max-width: 14rem; }
  .scale { margin-top: 0; justify-content: flex-start; }
}
@media (forced-colors: active) {
  .bar, .swatch, .chip, .step span, .number { forced-color-adjust: none; }
  .total { border-left-color: CanvasText; }
}
@media print {
  body { max-width: none; padding: 0; }
  .scale, .detail, .tools { display: none; }
  .scroll { overflow: visible; }
  .bar, .swatch, .chip, .column { print-color-adjust: exact; }
  .statement { break-inside: avoid; }
  pre { max-height: none; white-space: pre-wrap; }
}
`;
