/** A whole migration with some calls in its up direction, by the path. */
export const FILES: readonly (readonly [RegExp, (calls: string) => string])[] = [
  [/\.rb$/u, (calls) => `class A < ActiveRecord::Migration[7.1]\n  def change\n    ${calls}\n  end\nend\n`],
  [/shop.*\.py$/u, (calls) => `from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    operations = [\n        ${calls}\n    ]\n`],
  [/versions.*\.py$/u, (calls) => `revision = "a"\n\ndef upgrade():\n    ${calls}\n`],
  [/\/a\.js$/u, (calls) => `exports.up = async (knex) => {\n  ${calls}\n};\n`],
  [/\/s\.js$/u, (calls) => `module.exports = {\n  async up(queryInterface, Sequelize) {\n    ${calls}\n  },\n};\n`],
  [/\/p\.js$/u, (calls) => `exports.up = (pgm) => {\n  ${calls}\n};\n`],
  [/\.ts$/u, (calls) => `export class A1 implements MigrationInterface {\n  async up(queryRunner: QueryRunner) {\n    ${calls}\n  }\n}\n`],
  [/\.php$/u, (calls) => `<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nreturn new class extends Migration {\n  public function up(): void {\n    ${calls}\n  }\n};\n`],
  [/\.exs$/u, (calls) => `defmodule A do\n  use Ecto.Migration\n  def change do\n    ${calls}\n  end\nend\n`],
];
