import type { Action, Effects } from '../effects/effects';
import type { RelationName } from '../schema/names';
import type { Statistics } from '../schema/statistics';
import type { SchemaView } from '../schema/view';
import type { MigrationTool, Script, ToolFile } from '../script/script';
import type { ParsedStatement } from '../sql/statement';
import type { Target } from '../target';
import type { Edit, Span } from '../text';
import type { Moment } from '../timeline';
import type { RelatedPlace, StatementAnalysis } from '../analysis';
import type { CodeName } from '../code-name';
import type { Neighbours } from '../neighbours';

export const SEVERITIES = ['error', 'warning', 'info', 'hint'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const RULE_GROUPS = [
  'index',
  'constraint',
  'column',
  'type',
  'enum',
  'table',
  'partition',
  'other',
  'data',
  'transaction',
  'compatibility',
  'meta',
] as const;
export type RuleGroup = (typeof RULE_GROUPS)[number];

/** What people read about a rule. Its page, `lockscope explain`, its settings entry and its tests follow from this. */
export interface RuleMeta {
  /** Kebab case, equal to the file's name. */
  readonly id: string;
  readonly group: RuleGroup;
  /** One line, no full stop. */
  readonly summary: string;
  /** Severity without knowledge of sizes; a finding may state its own. */
  readonly severity: Severity;
  /** False for advice of taste: off unless configured. */
  readonly recommended: boolean;
  /** True for what is expected in a down migration, which takes back what the up migration added. */
  readonly upOnly?: boolean;
  /** True where its fix depends on the transactions that the fixes of others leave. */
  readonly mendsLast?: true;
  /** Markdown: what happens on a busy database, and why. Names the lock. */
  readonly danger: string;
  /** Markdown: what to do instead. */
  readonly safeWay: string;
  /** Markdown: where the server's versions differ, as the tests saw it; absent where all of them do the same. */
  readonly versions?: string;
  /** Markdown: when it is right to ignore this. */
  readonly whenToIgnore: string;
  /** Manual sections or server source files that show it. */
  readonly sources: readonly string[];
  /** Each is a migration that this rule reports. `fixed` is what its first fix makes of it. */
  readonly bad: readonly Example[];
  /** Each is a migration that this rule is silent on. */
  readonly good: readonly Example[];
}

export interface Example {
  readonly title?: string;
  /** What exists before, as DDL. Absent: nothing is known. */
  readonly schema?: string;
  /** Whether the schema is all that there is, as a connected database tells it. */
  readonly whole?: true;
  readonly sql: string;
  readonly fixed?: string;
  /** Rows for the proof: original and fixed script run on a real server over these. */
  readonly data?: string;
  /** Why the fix is not proven by running both (it needs two releases, for example). */
  readonly unproven?: string;
  /** How far sequences are, as a connected database tells it: the share of their numbers that is used, by name. */
  readonly used?: Readonly<Record<string, number>>;
  /** PostgreSQL major version; the newest by default. */
  readonly version?: number;
  /** Path of the migration; `migrations/001_example.sql` by default. */
  readonly path?: string;
  /** The other files of its history, by path. */
  readonly others?: Readonly<Record<string, string>>;
  /** How many rows violate each thing that is demanded, where somebody counted them. */
  readonly violations?: number;
}

export interface RuleOptions {
  /** How long reads or writes may be blocked, in ms. */
  readonly lockBudget: number;
  /** Rows a batch in rewrites. */
  readonly batchSize: number;
}

/**
 * What a rule may look at to find something in a statement. Nothing in it depends on where in the file the statement
 * stands, so findings are remembered until the statement, its effects or its moment change.
 */
export interface FindContext {
  /** Path of the migration: what it creates itself bears this origin. */
  readonly path: string;
  readonly parsed: ParsedStatement;
  readonly effects: Effects;
  readonly moment: Moment;
  readonly before: SchemaView;
  readonly target: Target;
  readonly options: RuleOptions;
  readonly statistics: Statistics;
}

/** What a rule may look at to mend something. Computed only when somebody asks for the fix. */
export interface MendContext extends FindContext {
  /** What the statements count in: the file's text, or its embedded SQL. */
  readonly text: string;
  /** The file itself. */
  readonly file: ToolFile;
  readonly script: Script;
  readonly tool: MigrationTool;
  readonly statements: readonly StatementAnalysis[];
  /** Which of them this one is. */
  readonly index: number;
}

/** A finding in words. The span counts from the start of the statement's text. */
export interface Said {
  readonly message: string;
  readonly span: Span;
  readonly severity?: Severity;
  readonly related?: readonly Related[];
  /** What goes or changes its name, where code of the project may name that. */
  readonly about?: CodeName;
}

/** A place that explains a finding. */
export type Related =
  /** An earlier statement of the same transaction, by its ordinal in it. */
  | { readonly message: string; readonly ordinal: number }
  /** The statement that created a relation. */
  | { readonly message: string; readonly creatorOf: RelationName };

export interface Fix {
  readonly title: string;
  /** `safe`: same outcome, may be applied unseen. `review`: a person should look. */
  readonly safety: 'safe' | 'review';
  /** Edits of the file, in its offsets. */
  readonly edits: readonly Edit[];
  /** New files beside this one. */
  readonly files?: readonly { readonly path: string; readonly text: string }[];
}

/** A judgement of statements: find it, say it, mend it, joined by a typed state. */
export interface Rule<State = unknown> {
  readonly meta: RuleMeta;
  /** The kinds of action that it judges: it is not asked about statements without one. Absent: about every statement. */
  readonly kinds?: readonly Action['kind'][];
  find(context: FindContext): Iterable<State>;
  say(state: State, context: FindContext): Said;
  /** Fixes, the preferred one first. The base of all offsets is the file. */
  mend?(state: State, context: MendContext): readonly Fix[];
}

/** A judgement that needs the whole file: a BEGIN that is never committed, for example. Spans are the file's. */
export interface FileRule {
  readonly meta: RuleMeta;
  findInFile(file: FileContext): Iterable<FileReport>;
}

export interface FileContext {
  readonly path: string;
  /** What the statements count in: the file's text, or its embedded SQL. */
  readonly text: string;
  readonly file: ToolFile;
  readonly script: Script;
  readonly tool: MigrationTool;
  readonly statements: readonly StatementAnalysis[];
  readonly target: Target;
  readonly options: RuleOptions;
  /** The other files of its history, where they are known. */
  readonly neighbours?: Neighbours;
}

export interface FileReport {
  readonly message: string;
  readonly span: Span;
  readonly severity?: Severity;
  readonly related?: readonly RelatedPlace[];
  /** What goes or changes its name, where code of the project may name that. */
  readonly about?: CodeName;
  readonly fixes?: () => readonly Fix[];
}

/** Declares a rule of statements; the state's type is inferred and then hidden. */
export function defineRule<State>(rule: Rule<State>): Rule {
  return rule;
}

/** Declares a rule of files. */
export function defineFileRule(rule: FileRule): FileRule {
  return rule;
}

/** The members of {@link Action} that may be of a kind. */
type ActionOf<K extends Action['kind'], Member = Action> = Member extends { readonly kind: infer Own } ? ([K & Own] extends [never] ? never : Member) : never;

/** The actions of a statement of the given kinds, typed. */
export function actionsOf<K extends Action['kind']>(effects: Effects, ...kinds: readonly K[]): readonly ActionOf<K>[] {
  const { actions } = effects;
  // Nearly every rule asks nearly every statement in vain, so that costs no array.
  if (!actions.some((action) => (kinds as readonly string[]).includes(action.kind))) return NO_ACTIONS;
  return actions.filter((action) => (kinds as readonly string[]).includes(action.kind)) as ActionOf<K>[];
}

const NO_ACTIONS: readonly never[] = [];
