/**
 * What the page does beyond being read: arrow keys in the timeline, the details of what is pointed at, and, in an
 * editor, revealing statements. Plain JavaScript for browsers; the page is complete without it.
 */
export const SCRIPT = String.raw`(() => {
  'use strict';
  const host = typeof acquireVsCodeApi === 'function' ? acquireVsCodeApi() : undefined;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // One stop for the Tab key in each timeline; arrows go on from there.
  for (const scroll of all('.scroll')) {
    const items = all('[data-row]', scroll);
    const detail = document.getElementById(scroll.getAttribute('aria-describedby'));
    const stop = (item) => {
      for (const other of items) other.tabIndex = other === item ? 0 : -1;
    };
    const show = (item) => {
      detail.textContent = item === null ? '' : item.getAttribute('aria-label');
    };
    if (items[0]) stop(items[0]);
    scroll.addEventListener('focusin', ({ target }) => {
      const item = target.closest('[data-row]');
      if (item === null) return;
      stop(item);
      show(item);
      item.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
    scroll.addEventListener('pointerover', ({ target }) => show(target.closest('[data-row]')));
    scroll.addEventListener('pointerleave', () => show(null));
    scroll.addEventListener('keydown', (event) => {
      const from = event.target.closest('[data-row]');
      const to = from && next(items, from, event.key);
      if (!to) return;
      event.preventDefault();
      to.focus();
    });
  }

  const middle = (item) => {
    const { left, right } = item.getBoundingClientRect();
    return (left + right) / 2;
  };

  function next(items, from, key) {
    const inRow = (row) => items.filter((item) => Number(item.dataset.row) === row);
    const row = Number(from.dataset.row);
    const here = inRow(row);
    const at = here.indexOf(from);
    switch (key) {
      case 'ArrowRight': return here[at + 1];
      case 'ArrowLeft': return here[at - 1];
      case 'Home': return here[0];
      case 'End': return here.at(-1);
      case 'ArrowDown':
      case 'ArrowUp': {
        const there = inRow(row + (key === 'ArrowDown' ? 1 : -1));
        return there.sort((a, b) => Math.abs(middle(a) - middle(from)) - Math.abs(middle(b) - middle(from)))[0];
      }
      default: return undefined;
    }
  }

  if (host === undefined) return;
  document.addEventListener('click', (event) => {
    const { target } = event;
    const statement = target.closest('[data-statement]');
    const button = target.closest('[data-command]');
    if (statement !== null) {
      event.preventDefault();
      host.postMessage({ type: 'reveal', statement: Number(statement.dataset.statement) });
    } else if (button !== null) host.postMessage({ type: button.dataset.command });
  });

  // The page is written anew when the migration changes: what was looked at stays.
  const before = host.getState() ?? {};
  const even = document.querySelector('input.even');
  if (before.even && even) even.checked = true;
  window.scrollTo(0, before.top ?? 0);
  if (before.focus) all('[data-row]').find((item) => item.getAttribute('aria-label') === before.focus)?.focus({ preventScroll: true });
  const keep = () => {
    const focused = document.activeElement?.closest('[data-row]')?.getAttribute('aria-label');
    host.setState({ even: even?.checked === true, top: window.scrollY, focus: focused ?? undefined });
  };
  document.addEventListener('scroll', keep, { passive: true });
  document.addEventListener('change', keep);
  document.addEventListener('focusin', keep);

  window.addEventListener('message', ({ data }) => {
    if (data?.type !== 'show') return;
    const statement = all('.statement').find(({ id }) => id.endsWith('-s' + String(data.statement)));
    for (const other of all('.statement.shown')) other.classList.remove('shown');
    statement?.classList.add('shown');
    statement?.scrollIntoView({ block: 'center' });
  });
  host.postMessage({ type: 'ready' });
})();
`;
