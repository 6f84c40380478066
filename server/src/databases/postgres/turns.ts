/** How many sessions a database has to bear at most. */
const MOST = 2;

interface Queue {
  running: number;
  readonly waiting: (() => void)[];
}

const queues = new Map<string, Queue>();

/** Does something with a session to a database as soon as fewer than two others are open. */
export async function inTurn<T>(url: string, use: () => Promise<T>): Promise<T> {
  let queue = queues.get(url);
  if (queue === undefined) queues.set(url, (queue = { running: 0, waiting: [] }));
  if (queue.running >= MOST) await new Promise<void>((resolve) => queue.waiting.push(resolve));
  else queue.running += 1;
  try {
    return await use();
  } finally {
    // Whoever waits takes over the turn.
    const next = queue.waiting.shift();
    if (next !== undefined) next();
    else {
      queue.running -= 1;
      if (queue.running === 0) queues.delete(url);
    }
  }
}
