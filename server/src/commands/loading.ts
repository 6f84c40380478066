/**
 * Starts something slow while other work goes on; whoever awaits the promise hears of its failure, and where nobody
 * comes to that, nobody does.
 */
export function startLoading(load: () => Promise<void>): Promise<void> {
  const loading = load();
  loading.catch(() => undefined);
  return loading;
}
