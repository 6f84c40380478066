import type { JobQueries } from './plan';
import { STATE, type Job } from './state';

/** A job for the gem pg. */
export function rubyJob(job: Job, queries: JobQueries): string {
  const time = queries.needsTime ? ' + [started_at]' : '';
  const sql = (name: string, text: string): string => `${name} = <<'LOCKSCOPE_SQL'\n${text}\nLOCKSCOPE_SQL`;
  return `#!/usr/bin/env ruby
# Does in batches, each committed, what was one statement of ${job.migration}:
${job.statement.map((line) => `#   ${line}`).join('\n')}
#
# Run it with DATABASE_URL set and the gem pg installed. Stop it as you like (Ctrl-C, SIGTERM): started again it goes on
# where it was. To make it wait: UPDATE ${STATE} SET paused = true WHERE job = '${job.name}';
require "pg"

JOB = "${job.name}"
PAUSE = 0.05 # seconds between batches
MAX_LAG = 5.0 # seconds that a replica may be behind

${sql('FIRST', queries.first)}
${sql('FINAL', queries.final)}
${sql('LAST', queries.end)}
${sql('CHANGE', queries.change)}
${sql('FOLLOWING', queries.next)}
${sql('SETUP', job.setup)}

$stopping = false
%w[INT TERM].each { |name| trap(name) { $stopping = true } }
$stdout.sync = true

connection = PG.connect(ENV.fetch("DATABASE_URL"))
to_array = PG::TextEncoder::Array.new(elements_type: PG::TextEncoder::String.new)
from_array = PG::TextDecoder::Array.new(elements_type: PG::TextDecoder::String.new)
one = ->(sql, parameters = []) { connection.exec_params(sql, parameters).values.first }

wait = lambda do
  until $stopping
    paused = one.call("SELECT paused FROM ${STATE} WHERE job = $1", [JOB]).first == "t"
    # Seeing the lag takes the role pg_monitor; without it there seems to be none.
    lag = one.call("SELECT coalesce(max(extract(epoch FROM replay_lag)), 0)::float8 FROM pg_stat_replication").first.to_f
    return if !paused && lag <= MAX_LAG
    puts(paused ? "paused" : "replicas are #{lag.round(1)} s behind")
    sleep(1)
  end
end

connection.exec(SETUP)
abort("the job is running already") if one.call("SELECT pg_try_advisory_lock(hashtext($1))", ["lockscope #{JOB}"]).first == "f"
connection.exec_params("INSERT INTO ${STATE} (job) VALUES ($1) ON CONFLICT DO NOTHING", [JOB])
first, final, finished, started_at = one.call("SELECT next_key, final_key, finished, started_at::text FROM ${STATE} WHERE job = $1", [JOB])
first = first && from_array.decode(first)
final = final && from_array.decode(final)
finished = finished == "t"
if first.nil? && !finished
  first = one.call(FIRST)
  final = one.call(FINAL)
  finished = first.nil?
  connection.exec_params(
    "UPDATE ${STATE} SET next_key = $1, final_key = $2, finished = $3 WHERE job = $4",
    [first && to_array.encode(first), final && to_array.encode(final), finished, JOB]
  )
end
until finished
  wait.call
  abort("stopped; start it again to go on") if $stopping
  last = one.call(LAST, first)
  connection.transaction do
    changed = 0
    if last
      changed = connection.exec_params(CHANGE, first + last${time}).cmd_tuples
      first = one.call(FOLLOWING, last + final)
    end
    finished = last.nil? || first.nil?
    done = one.call(
      "UPDATE ${STATE} SET next_key = $1, done_rows = done_rows + $2, finished = $3 WHERE job = $4 RETURNING done_rows",
      [finished ? nil : to_array.encode(first), changed, finished, JOB]
    )
    puts("#{done.first} rows done")
  end
  sleep(PAUSE)
end
puts("finished")
`;
}
