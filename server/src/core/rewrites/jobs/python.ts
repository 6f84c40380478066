import type { JobQueries } from './plan';
import { STATE, type Job } from './state';

/** A job for psycopg 3. */
export function pythonJob(job: Job, queries: JobQueries): string {
  const { columns, needsTime } = queries;
  const keys = (name: string, from: number): string => Array.from({ length: columns }, (_, index) => `"k${from + index}": ${name}[${index}]`).join(', ');
  const time = needsTime ? `, "k${2 * columns + 1}": started_at` : '';
  return `#!/usr/bin/env python3
# Does in batches, each committed, what was one statement of ${job.migration}:
${job.statement.map((line) => `#   ${line}`).join('\n')}
#
# Run it with DATABASE_URL set and psycopg 3 installed. Stop it as you like (Ctrl-C, SIGTERM): started again it goes on
# where it was. To make it wait: UPDATE ${STATE} SET paused = true WHERE job = '${job.name}';
import os
import signal
import sys
import time

import psycopg

JOB = "${job.name}"
PAUSE = 0.05  # seconds between batches
MAX_LAG = 5.0  # seconds that a replica may be behind

FIRST = """${quoted(queries.first)}"""
FINAL = """${quoted(queries.final)}"""
END = """${quoted(queries.end)}"""
CHANGE = """${quoted(queries.change)}"""
NEXT = """${quoted(queries.next)}"""

stopping = False


def stop(*_):
    global stopping
    stopping = True


def one(connection, sql, parameters=None):
    row = connection.execute(sql, parameters or {}).fetchone()
    return None if row is None else list(row)


def wait(connection):
    """Waits while the job is paused or a replica is too far behind."""
    while not stopping:
        paused = one(connection, "SELECT paused FROM ${STATE} WHERE job = %(job)s", {"job": JOB})[0]
        # Seeing the lag takes the role pg_monitor; without it there seems to be none.
        lag = one(connection, "SELECT coalesce(max(extract(epoch FROM replay_lag)), 0)::float8 FROM pg_stat_replication")[0]
        if not paused and lag <= MAX_LAG:
            return
        print("paused" if paused else f"replicas are {lag:.1f} s behind", flush=True)
        time.sleep(1)


def main():
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("""${job.setup}""")
        if not one(connection, "SELECT pg_try_advisory_lock(hashtext(%(job)s))", {"job": "lockscope " + JOB})[0]:
            sys.exit("the job is running already")
        connection.execute("INSERT INTO ${STATE} (job) VALUES (%(job)s) ON CONFLICT DO NOTHING", {"job": JOB})
        first, final, finished, started_at = one(
            connection, "SELECT next_key, final_key, finished, started_at::text FROM ${STATE} WHERE job = %(job)s", {"job": JOB}
        )
        if first is None and not finished:
            first, final = one(connection, FIRST), one(connection, FINAL)
            finished = first is None
            connection.execute(
                "UPDATE ${STATE} SET next_key = %(next)s, final_key = %(final)s, finished = %(finished)s WHERE job = %(job)s",
                {"next": first, "final": final, "finished": finished, "job": JOB},
            )
        while not finished:
            wait(connection)
            if stopping:
                sys.exit("stopped; start it again to go on")
            last = one(connection, END, {${keys('first', 1)}})
            changed = 0
            with connection.transaction():
                if last is not None:
                    changed = connection.execute(CHANGE, {${keys('first', 1)}, ${keys('last', columns + 1)}${time}}).rowcount
                    first = one(connection, NEXT, {${keys('last', 1)}, ${keys('final', columns + 1)}})
                finished = last is None or first is None
                done = one(
                    connection,
                    "UPDATE ${STATE} SET next_key = %(next)s, done_rows = done_rows + %(changed)s, finished = %(finished)s WHERE job = %(job)s RETURNING done_rows",
                    {"next": None if finished else first, "changed": changed, "finished": finished, "job": JOB},
                )[0]
            print(f"{done} rows done", flush=True)
            time.sleep(PAUSE)
    print("finished")


if __name__ == "__main__":
    main()
`;
}

function quoted(sql: string): string {
  return sql.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"').replace(/"$/u, '\\"');
}
