import type { MigrationTool } from '../script';
import { alembic } from './alembic';
import { dbMigrate } from './db-migrate';
import { django } from './django';
import { ecto } from './ecto';
import { efCore } from './ef-core';
import { gooseCode } from './goose-code';
import { knex } from './knex';
import { kysely } from './kysely';
import { laravel } from './laravel';
import { mikroOrm } from './mikro-orm';
import { nodePgMigrateCode } from './node-pg-migrate-code';
import { phinx } from './phinx';
import { rails } from './rails';
import { sequelize } from './sequelize';
import { typeorm } from './typeorm';
import { umzug } from './umzug';
import { yoyoCode } from './yoyo-code';

/** The tools whose migrations are code. A new one is a file beside this one and a line here. */
export const CODE_TOOLS: readonly MigrationTool[] = [
  mikroOrm,
  typeorm,
  kysely,
  nodePgMigrateCode,
  dbMigrate,
  sequelize,
  umzug,
  knex,
  rails,
  django,
  alembic,
  yoyoCode,
  laravel,
  phinx,
  ecto,
  efCore,
  gooseCode,
];
