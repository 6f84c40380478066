import { describe, expect, it } from 'vitest';
import { placeOf, postgresUrl, urlOf, withPassword } from '../../client/src/candidates/candidate';
import { findCandidates } from '../../client/src/candidates/find';

const find = async (files: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}, services?: string): Promise<string[]> =>
  (await findCandidates((path) => Promise.resolve(files[path]), environment, services)).map(({ source, url }) => `${source}: ${url}`);

const COMPOSE = `
x-common: &common
  restart: always
services:
  web: { image: "nginx", ports: ["80:80"] }
  db:
    <<: *common
    image: postgres:\${PG_VERSION:-16}-alpine
    ports: ["127.0.0.1:\${DB_PORT:-5433}:5432"]
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: "\${DB_PASSWORD}", POSTGRES_DB: shop_dev }
  gis: { image: docker.io/postgis/postgis, ports: [{ target: 5432, published: "5440" }], environment: ["POSTGRES_PASSWORD=p=q"] }
  inner: { image: postgres:16 }
`;

const RAILS = `
default: &default
  adapter: postgresql
  pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>
  host: <%= ENV["DB_HOST"] || 'localhost' %>
development:
  <<: *default
  database: shop_development
  username: shop
  password: <%= ENV['SHOP_PASSWORD'] %>
test: { adapter: sqlite3, database: db/test.sqlite3 }
production:
  primary: { adapter: postgresql, url: "<%= ENV['DATABASE_URL'] %>" }
  animals:
    <<: *default
    database: animals
`;

const PRISMA = `
generator client { provider = "prisma-client-js" }
datasource db {
  provider = "postgresql"
  // url = "postgresql://old@nowhere/x"
  url      = env("SHOP_URL")
  directUrl = "postgresql://direct:pw@db:5432/shop?schema=public"
}`;

const KNEX = `
// connection: { database: 'old' }
module.exports = {
  development: { client: 'pg', connection: { host: process.env.DB_HOST || '127.0.0.1', port: Number(process.env.DB_PORT ?? 5434), user: 'knex', password: process.env.SHOP_PASSWORD, database: "shop" } },
  staging: { client: "postgresql", connection: 'postgres://u:p@staging/shop' },
  production: { client: 'pg', connection: process.env.DATABASE_URL },
};`;

const TYPEORM = `
export const source = new DataSource({
  type: 'postgres', host: 'db.example.com', port: 5432, username: process.env['TYPEORM_USER']!, password: 'it/s',
  database: 'shop', ssl: { rejectUnauthorized: false }, entities: [],
});`;

describe('databases that a project mentions', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ['nothing', {}, {}, []],
    ['the environment', {}, { DATABASE_URL: 'postgres://u:p%40@db.example.com/shop', PATH: '/bin' }, ['environment, DATABASE_URL: postgresql://u:p%40@db.example.com/shop']],
    ['PG…', {}, { PGHOST: 'db', PGUSER: 'me', PGPASSWORD: 'a b/c', PGDATABASE: 'shop' }, ['environment, PGHOST: postgresql://me:a%20b%2Fc@db/shop']],
    ['a socket', {}, { PGHOST: '/run/postgresql', PGDATABASE: 'shop' }, ['environment, PGHOST: postgresql://localhost/shop?host=%2Frun%2Fpostgresql']],
    ['a user alone', {}, { PGUSER: 'me', DB_HOST: 'db' }, []],
    ['another server', {}, { DATABASE_URL: 'mysql://root@localhost/shop', DB_CONNECTION: 'mysql', DB_HOST: 'db', DB_DATABASE: 'shop' }, []],
    [
      '.env, the later one on top',
      { '.env': 'export DATABASE_URL="postgres://u:${PW}@one/shop" # main\nPW=pa$word\n', '.env.local': "DATABASE_URL='postgresql+psycopg2://u:p@two/shop'\r\nJDBC_URL=jdbc:postgresql://three/shop?user=u&password=p" },
      {},
      ['.env, DATABASE_URL: postgresql://u:pa$word@one/shop', '.env.local, DATABASE_URL: postgresql://u:p@two/shop', '.env.local, JDBC_URL: postgresql://three/shop?user=u&password=p'],
    ],
    ['Laravel’s .env', { '.env': 'DB_CONNECTION=pgsql\nDB_HOST=127.0.0.1\nDB_PORT=5433\nDB_DATABASE=shop\nDB_USERNAME=l\nDB_PASSWORD=\n' }, {}, ['.env, DB_HOST: postgresql://l@127.0.0.1:5433/shop']],
    [
      'docker-compose',
      { 'docker-compose.yml': COMPOSE, '.env': 'DB_PASSWORD=s3cret' },
      {},
      ['docker-compose.yml, db: postgresql://shop:s3cret@localhost:5433/shop_dev', 'docker-compose.yml, gis: postgresql://postgres:p%3Dq@localhost:5440/postgres'],
    ],
    [
      'Rails',
      { 'config/database.yml': RAILS },
      { SHOP_PASSWORD: 'pw', DATABASE_URL: 'postgres://r@prod/shop' },
      ['environment, DATABASE_URL: postgresql://r@prod/shop', 'config/database.yml, development: postgresql://shop:pw@localhost/shop_development', 'config/database.yml, production.animals: postgresql://localhost/animals'],
    ],
    ['Prisma', { 'prisma/schema.prisma': PRISMA }, { SHOP_URL: 'postgresql://u@h/shop?schema=app' }, ['prisma/schema.prisma, SHOP_URL: postgresql://u@h/shop?schema=app', 'prisma/schema.prisma, db: postgresql://direct:pw@db:5432/shop?schema=public']],
    ['Knex', { 'knexfile.js': KNEX }, { SHOP_PASSWORD: 'pw' }, ['knexfile.js: postgresql://u:p@staging/shop', 'knexfile.js: postgresql://knex:pw@127.0.0.1:5434/shop']],
    ['TypeORM', { 'src/data-source.ts': TYPEORM }, { TYPEORM_USER: 'me' }, ['src/data-source.ts: postgresql://me:it%2Fs@db.example.com:5432/shop']],
    ['ormconfig.json', { 'ormconfig.json': '{ "type": "postgres", "host": "h", "username": "u", "database": "d" }' }, {}, ['ormconfig.json: postgresql://u@h/d']],
    ['TypeORM on another server', { 'ormconfig.json': '{ "type": "mysql", "host": "h", "database": "d" }' }, {}, []],
    ['broken files', { 'docker-compose.yml': 'services: [', 'config/database.yml': '\t- x: {', 'prisma/schema.prisma': 'datasource {', 'ormconfig.json': '{', '.env': '=\n\0' }, {}, []],
  ])('%s', async (_title, files, environment, expected) => {
    expect(await find(files, environment)).toEqual(expected);
  });

  it('the service file', async () => {
    const services = '# mine\n[shop]\nhost=db\nport = 5433\nuser=me\npassword=pw\ndbname=shop\nsslmode=require\n\n[bare]\nuser=postgres\n';
    expect(await find({}, {}, services)).toEqual(['service file, [shop]: postgresql://me:pw@db:5433/shop?sslmode=require', 'service file, [bare]: postgresql://postgres@localhost/postgres']);
  });

  it.each([
    ['postgres://u:p@h/d', 'postgresql://u:p@h/d'],
    ['postgis://h/d', 'postgresql://h/d'],
    ['jdbc:postgresql://h:1/d?user=u', 'postgresql://h:1/d?user=u'],
    ['postgresql:///d', 'postgresql://localhost/d'],
    ['mysql://h/d', undefined],
    ['postgres://h:port/d', undefined],
    ['', undefined],
  ])('%s as a URL of PostgreSQL', (text, url) => {
    expect(postgresUrl(text)).toBe(url);
  });

  it.each([
    ['postgresql://u:p@h/d', 'd on h'],
    ['postgresql://u:p@h:5433/my%20db', 'my db on h:5433'],
    ['postgresql://localhost/d?host=%2Frun', 'd on /run'],
    ['nonsense with p4ss', 'the database'],
  ])('%s by its name', (url, name) => {
    expect(placeOf(url)).toBe(name);
  });

  it('passwords are put in and taken out', () => {
    const url = urlOf({ host: '::1', port: '5433', user: 'a@b', database: 'd' });
    expect(url).toBe('postgresql://a%40b@[::1]:5433/d');
    expect(withPassword(url, 'x%/@')).toBe('postgresql://a%40b:x%25%2F%40@[::1]:5433/d');
    expect(withPassword('postgresql://u:p@h/d?password=q', '')).toBe('postgresql://u@h/d');
  });
});
