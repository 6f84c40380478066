/** The frame of the view, in the editor's colours; what is in it comes later and again and again. */
export function page(nonce: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Blockers</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<header><div id="head"></div><button type="button" id="pause" aria-pressed="false">Pause</button></header>
<div id="verdict" role="status"><p class="verdict unknown">Reading the database …</p></div>
<main id="body"></main>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`;
}

const STYLE = `
  body { margin: 0 auto; padding: 0 1.5rem 2rem; max-width: 62rem; color: var(--vscode-foreground); font-size: var(--vscode-font-size); line-height: 1.5; }
  header { display: flex; align-items: baseline; gap: 1rem; margin: 1.2rem 0 .8rem; } #head { flex: 1; min-width: 0; display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
  h1 { font-size: 1.5em; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
  h2 { font-size: .85em; font-weight: 600; text-transform: uppercase; letter-spacing: .06em; margin: 1.8rem 0 .6rem; color: var(--vscode-descriptionForeground); }
  h3 { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2em .6em; font-size: 1em; font-weight: normal; margin: 0; }
  p { margin: 0; }
  .quiet { color: var(--vscode-descriptionForeground); font-weight: normal; } .under { display: block; }
  .name { font-weight: 600; }
  .age { margin-left: auto; font-variant-numeric: tabular-nums; font-weight: 600; } .time, .number { font-variant-numeric: tabular-nums; }
  .live { display: inline-block; width: .6em; height: .6em; margin-right: .5em; border-radius: 50%; background: var(--vscode-charts-green, currentColor); }
  .paused .live { background: none; outline: 1px solid currentColor; }
  .verdict, .card { border: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-panel-border, transparent))); border-left: 4px solid var(--edge); border-radius: 4px; }
  .verdict { padding: .7rem 1rem; background: var(--vscode-textBlockQuote-background); }
  .held, .stuck { --edge: var(--vscode-charts-red, var(--vscode-errorForeground)); }
  .long { --edge: var(--vscode-charts-orange, var(--vscode-charts-yellow)); }
  .passing { --edge: var(--vscode-charts-blue, var(--vscode-foreground)); }
  .free { --edge: var(--vscode-charts-green, var(--vscode-foreground)); }
  .unknown { --edge: var(--vscode-descriptionForeground); }
  .card { background: var(--vscode-editorWidget-background); padding: .7rem 1rem; margin: 0 0 .6rem; }
  .tag { display: inline-block; padding: 0 .6em; border-radius: 1em; font-size: .9em; background: var(--vscode-badge-background); color: var(--vscode-badge-foreground); border: 1px solid var(--vscode-contrastBorder, transparent); }
  pre { margin: .5rem 0; padding: .4rem .7rem; overflow-x: auto; white-space: pre-wrap; }
  pre, code { font-family: var(--vscode-editor-font-family, monospace); font-size: .95em; background: var(--vscode-textCodeBlock-background); color: var(--vscode-textPreformat-foreground, inherit); border-radius: 3px; overflow-wrap: anywhere; }
  .vscode-high-contrast pre, .vscode-high-contrast code { border: 1px solid var(--vscode-contrastBorder); background: none; color: inherit; }
  code { padding: .1em .4em; }
  ul { margin: 0; padding-left: 1.2rem; } ul.plain, ul.tree, ul.branch { list-style: none; padding: 0; } ul.plain li { margin: .5rem 0; } ul.why { margin: .4rem 0; }
  .node { padding: .25rem 0; } .node code { display: block; width: fit-content; max-width: 100%; box-sizing: border-box; margin-top: .15rem; }
  .node .tag { margin: 0 .3em; }
  ul.branch { margin-left: .5rem; } ul.branch > li { position: relative; padding-left: 1.3rem; }
  ul.branch > li::before, ul.branch > li:not(:last-child)::after { content: ''; position: absolute; left: 0; top: 0; border-left: 1px solid var(--line); }
  ul.branch > li::before { width: 1rem; height: 1em; border-bottom: 1px solid var(--line); border-bottom-left-radius: 4px; } ul.branch > li:not(:last-child)::after { bottom: 0; }
  ul.tree { --line: var(--vscode-contrastBorder, var(--vscode-tree-indentGuidesStroke, currentColor)); }
  .statement { display: inline-block; margin-left: .5em; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .4rem 1rem .4rem 0; border-bottom: 1px solid var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-panel-border, transparent))); font-weight: normal; }
  thead th { color: var(--vscode-descriptionForeground); white-space: nowrap; } tbody th { font-weight: 600; } th.number, td.number { text-align: right; padding-right: 0; }
  .progress { margin: 0 0 .6rem; } .progress p { display: flex; align-items: baseline; flex-wrap: wrap; gap: 0 .6em; }
  progress { appearance: none; display: block; width: 100%; height: 6px; margin-top: .3rem; border: 1px solid var(--vscode-contrastBorder, transparent); border-radius: 3px; background: var(--vscode-textBlockQuote-background); overflow: hidden; }
  progress::-webkit-progress-bar { background: transparent; } progress::-webkit-progress-value { background: var(--vscode-progressBar-background); border-radius: 3px; transition: width .6s; }
  @media (prefers-reduced-motion: reduce) { progress::-webkit-progress-value { transition: none; } }
  button { border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); border-radius: 2px; padding: .1em .7em; cursor: pointer; font: inherit; font-size: .9em; background: var(--vscode-button-secondaryBackground); color: var(--vscode-button-secondaryForeground); }
  button:hover { background: var(--vscode-button-secondaryHoverBackground); }
  button:focus-visible, pre:focus-visible, .wide:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
`;

/**
 * Shows what comes: only what is another is changed, so that focus, selection and scrolling stay where they are and a
 * screen reader hears of the verdict when it changes. Hands statements over to be copied.
 */
const SCRIPT = `
  const editor = acquireVsCodeApi();
  const parts = ['head', 'verdict', 'body'].map((id) => document.getElementById(id));
  const pause = document.getElementById('pause');
  let isPaused = false;
  let latest;
  const show = () => {
    for (const part of parts) {
      const wanted = document.createElement('div');
      wanted.innerHTML = latest[part.id];
      adopt(part, wanted);
    }
  };
  const adopt = (here, wanted) => {
    const fresh = [...wanted.childNodes];
    fresh.forEach((node, i) => {
      const old = here.childNodes[i];
      if (old === undefined) here.append(node);
      else if (old.nodeName !== node.nodeName || old.id !== node.id) old.replaceWith(node);
      else if (node.nodeType === Node.TEXT_NODE) { if (old.data !== node.data) old.data = node.data; }
      else {
        for (const { name } of [...old.attributes]) if (!node.hasAttribute(name)) old.removeAttribute(name);
        for (const { name, value } of node.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
        adopt(old, node);
      }
    });
    while (here.childNodes.length > fresh.length) here.lastChild.remove();
  };
  window.addEventListener('message', ({ data }) => {
    if (typeof data.body !== 'string') return;
    latest = data;
    if (!isPaused) show();
  });
  pause.addEventListener('click', () => {
    isPaused = !isPaused;
    pause.setAttribute('aria-pressed', String(isPaused));
    pause.textContent = isPaused ? 'Go on' : 'Pause';
    document.body.classList.toggle('paused', isPaused);
    if (!isPaused && latest !== undefined) show();
  });
  document.addEventListener('click', ({ target }) => {
    if (target instanceof HTMLButtonElement && target.dataset.copy !== undefined) editor.postMessage({ copy: target.dataset.copy });
  });
`;
