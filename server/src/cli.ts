#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { BlockersOptions } from './commands/blockers';
import type { CheckOptions } from './commands/check';
import type { EstimateOptions } from './commands/estimate';
import { Failure } from './commands/failure';
import type { FixOptions } from './commands/fix';
import type { SnapshotOptions } from './commands/snapshot';
import { quietWhenNobodyReads, warn } from './commands/output';
import { useGrammarFiles } from './grammar-files';
import { keepParserSmall } from './small-parser';

keepParserSmall();
// Read only when a file of code is met.
useGrammarFiles();

const ISSUES = 'https://github.com/lockscope/lockscope/issues';

/** The command line. Each command is loaded when it is called, so that none waits for the others' code. */
function commandLine(): Command {
  const program = new Command('lockscope')
    .description('Shows what each statement of a migration locks, rewrites and scans, and offers the safer way.')
    .version(process.env.LOCKSCOPE_VERSION ?? 'unknown')
    .showHelpAfterError('(lockscope --help tells what there is)')
    .configureOutput({ 
      outputError: (text, write) => {
        write(`lockscope: ${text.replace(/^error: /u, '')}`);
      },
    })
    .exitOverride();

  failing(judging(program.command('check [path...]').description('analyse files, folders (recursive, in migration order), or - for standard input')))
    .addOption(new Option('--format <format>', 'how findings are printed').choices(['pretty', 'json']).default('pretty'))
    .option('--calibration <file>', 'what was learned of the server, as lockscope estimate --calibrate keeps it')
    .option('--check-data', 'count the rows that violate what statements demand: reads tables, for up to 10 s a statement')
    .option('--judge-applied', 'also judge migrations that the database has been through, by its tool’s own table')
    .action(async (paths: string[], options: CheckOptions) => finish((await import('./commands/check')).check(paths, options)));

  failing(judging(program.command('fix [path...]').description('apply fixes to files')))
    .option('--review', 'also apply fixes that a person should look at')
    .option('--phases', 'also split each migration into a file a phase: expand, backfill, contract')
    .option('--dry-run', 'print a unified diff and change nothing')
    .option('--rule <rule>', 'only fix findings of this rule (may be repeated)', (rule: string, rules?: string[]) => [...(rules ?? []), rule])
    .action(async (paths: string[], options: FixOptions) => finish((await import('./commands/fix')).fix(paths, options)));

  judging(program.command('estimate [path...]').description('durations, statement by statement'))
    .addOption(new Option('--format <format>', 'how they are printed').choices(['pretty', 'json', 'html', 'markdown']).default('pretty'))
    .option('--calibrate', 'learn from what past statements took (pg_stat_statements)')
    .option('--sample', 'learn from samples of the largest tables as well: reads for up to 2 s')
    .option('--calibration <file>', 'where what was learned is kept; with neither of the two it is only used')
    .option('--rehearse-on <url>', 'run them on a copy of at most 200,000 rows as well, in a new database on this server, which is removed again (or the environment variable LOCKSCOPE_REHEARSE_ON)')
    .action(async (paths: string[], options: EstimateOptions) => finish((await import('./commands/estimate')).estimate(paths, options)));

  judging(program.command('blockers <file>').description('who would block a migration now, and whom it would block'))
    .addOption(new Option('--format <format>', 'how it is printed').choices(['pretty', 'json']).default('pretty'))
    .action(async (file: string, options: BlockersOptions) => finish((await import('./commands/blockers')).blockers(file, options)));

  program
    .command('explain <rule>')
    .description('print the page of a rule')
    .action(async (rule: string) => finish((await import('./commands/explain')).explain(rule)));

  program
    .command('rules')
    .description('list all rules')
    .addOption(new Option('--format <format>', 'how they are printed').choices(['pretty', 'json']).default('pretty'))
    .action(async (options: { format: 'pretty' | 'json' }) => finish((await import('./commands/rules')).rules(options)));

  program
    .command('snapshot')
    .description('print catalogue and statistics of a database as JSON, to commit or to use in a pipeline')
    .option('--database-url <url>', 'the database, e.g. postgresql://user@host/name (or the environment variable LOCKSCOPE_DATABASE_URL)')
    .option('--exclude <pattern>', 'leave out objects of this name, e.g. billing.* or audit_* (may be repeated)', (pattern: string, patterns?: string[]) => [...(patterns ?? []), pattern])
    .action(async (options: SnapshotOptions) => finish((await import('./commands/snapshot')).snapshot(options)));

  program
    .command('lsp')
    .description('run the language server, for any editor')
    .option('--stdio', 'talk over standard input and output (the only way there is)')
    .action(async () => {
      // The language server reads from the arguments how it is to talk.
      if (!process.argv.includes('--stdio')) process.argv.push('--stdio');
      await import('./main');
    });

  return program;
}

/** Adds what makes a command fail for what it found. */
function failing(command: Command): Command {
  return command.addOption(
    new Option('--fail-on <severity>', 'exit with 1 for findings of this severity or worse').choices(['error', 'warning', 'info', 'never']).default('error'),
  );
}

/** Adds the options of the commands that read migrations. */
function judging(command: Command): Command {
  return command
    .option('--dialect <dialect>', 'the database server: postgresql')
    .option('--server-version <version>', 'its major version, e.g. 17', plausible)
    .option('--tool <name>', 'the migration tool, where it is not to be recognised')
    .option('--database-url <url>', 'a database to judge by, e.g. postgresql://user@host/name (or the environment variable LOCKSCOPE_DATABASE_URL)')
    .option('--snapshot <file>', 'a snapshot of a database to judge by, as lockscope snapshot prints it')
    .option('--schema <file>', 'DDL that is there before the files, e.g. of pg_dump --schema-only')
    .option('--config <file>', 'the configuration, instead of the nearest lockscope.json')
    .option('--stdin-filename <path>', 'the name that standard input goes by');
}

function plausible(version: string): string {
  if (/^\d+(?:\.\d+)?$/u.test(version)) return version;
  throw new InvalidArgumentError('Expected a major version such as 17.');
}

async function finish(status: number | Promise<number>): Promise<void> {
  process.exitCode = await status;
}

/** Exit status 2: wrong use, unreadable input, or a failure of the program itself. Never a stack trace unasked. */
function failed(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Failure) {
    for (const line of error.message.split('\n')) warn(line);
    return 2;
  }
  warn(`internal error: ${error instanceof Error ? error.message : String(error)}`);
  if (process.env.LOCKSCOPE_DEBUG !== undefined && error instanceof Error) console.error(error.stack);
  warn(`this is a mistake in Lockscope; please report it with the file at ${ISSUES} (LOCKSCOPE_DEBUG=1 shows where it happened)`);
  return 2;
}

quietWhenNobodyReads();
commandLine()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = failed(error);
  });
