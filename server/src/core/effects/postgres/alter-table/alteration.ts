import type { AlterTableCmd } from '@pgsql/types';
import { displayName, type RelationName } from '../../../schema/names';
import type { Relation, Table } from '../../../schema/schema';
import type { ActionKind } from '../../effects';
import type { Claims } from '../claims';
import type { LockMode } from '../lock-modes';
import { asTable, descendantsOf } from '../relations';

/** One kind of subcommand: claims what it does and says what it is. */
export type Subcommand = (command: AlterTableCmd, alteration: Alteration) => ActionKind;

/** What one subcommand turned out to be and to do. */
export interface Outcome {
  readonly kind: ActionKind;
  readonly rewrites: boolean;
  readonly scans: boolean;
  readonly because: string | undefined;
}

/** An ALTER TABLE under way: the relation, the mode that all its subcommands take together, and the work of the one at hand. */
export class Alteration {
  readonly table: Table | undefined;
  private rewrites = false;
  private scans = false;
  private because: string | undefined;

  constructor(
    readonly claims: Claims,
    readonly name: RelationName,
    readonly relation: Relation | undefined,
    /** Which children are locked in as well. */
    readonly mode: LockMode,
    /** Without ONLY. */
    readonly inherited: boolean,
    /** All subcommands of the statement. */
    readonly commands: readonly AlterTableCmd[],
  ) {
    this.table = asTable(relation);
  }

  run(subcommand: Subcommand | undefined, command: AlterTableCmd, other: ActionKind): Outcome {
    this.rewrites = false;
    this.scans = false;
    this.because = undefined;
    const kind = subcommand === undefined ? other : subcommand(command, this);
    return { kind, rewrites: this.rewrites, scans: this.scans, because: this.because };
  }

  get shown(): string {
    return displayName(this.name);
  }
  /** Whether the relation is not known, or not all of it. */
  get isUnknown(): boolean {
    return this.relation === undefined ? !this.claims.schema.complete : this.table?.partial === true;
  }

  /** Tables below, where the subcommand reaches them. */
  get descendants(): readonly Table[] {
    return this.table === undefined || !this.inherited ? [] : descendantsOf(this.table, this.claims.schema);
  }
  /** The table and, unless ONLY, all below it. */
  get members(): readonly Table[] {
    return this.table === undefined ? [] : [this.table, ...this.descendants];
  }

  /** The subcommand reaches all children, which are locked like the table itself. */
  recurse(mode: LockMode = this.mode): void {
    for (const child of this.descendants) this.child(child, mode);
  }
  /** Locks one child. */
  child(child: Table, mode: LockMode = this.mode): void {
    this.claims.lock(child.name, mode, child.bound === undefined ? `it inherits from ${this.shown}` : `it is a partition of ${this.shown}`);
  }

  /** Says why the subcommand does, or notably does not, rewrite or scan. */
  say(because: string): void {
    this.because ??= because;
  }
  /** All rows of these tables are written anew. */
  rewrite(because: string, tables: readonly Table[] = this.members): void {
    this.rewrites = true;
    this.because = because;
    for (const table of tables) {
      this.claims.rewrite(table);
      if (table.kind === 'table') this.claims.scan(table.name);
    }
    if (this.relation?.kind === 'materialized view') this.claims.rewrite(this.relation);
    if (this.isUnknown) {
      this.claims.rewriteUnknown(this.name);
      this.claims.scan(this.name);
    }
  }
  /** All rows of these tables are read. */
  scan(because: string, tables: readonly Table[] = this.members): void {
    const stored = tables.filter((table) => table.kind === 'table');
    if (stored.length === 0 && !this.isUnknown) return;
    this.scans = true;
    if (!this.rewrites) this.because = because;
    for (const table of stored) this.claims.scan(table.name);
    if (this.isUnknown) this.claims.scan(this.name);
  }

  /** Whether the same statement drops a constraint. */
  dropsConstraint(name: string): boolean {
    return this.commands.some((command) => command.subtype === 'AT_DropConstraint' && command.name === name);
  }
}
