// Catalog queries by node-postgres, in each of its ways: `node catalog.js PORT` prints JSON.
'use strict';
const { Client } = require('pg');
const Cursor = require('pg-cursor');
const QueryStream = require('pg-query-stream');

const TABLES = `SELECT n.nspname, c.relname, c.relkind, c.relnatts, c.relhasindex, c.relacl
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2`;
const COLUMNS = `SELECT column_name, data_type, udt_name, is_nullable, character_maximum_length,
  numeric_precision, numeric_scale FROM information_schema.columns
  WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`;
const TYPES = 'SELECT oid, typname, typtype, typarray FROM pg_type ORDER BY oid';

const shown = (result) => ({
  fields: result.fields.map((f) => [f.name, f.dataTypeID, f.tableID, f.columnID, f.format]),
  rows: result.rows,
  command: result.command,
  count: result.rowCount,
});

const calls = {
  tables: (c) => c.query(TABLES).then(shown),
  'tables as arrays': (c) => c.query({ text: TABLES, rowMode: 'array' }).then(shown),
  columns: (c) => c.query(COLUMNS, ['public', 'orders']).then(shown),
  'columns in binary': (c) =>
    c.query({ text: COLUMNS, values: ['public', 'MixedCase'], binary: true }).then(shown),
  'a named statement, twice': async (c) => {
    const one = { name: 'columns', text: COLUMNS };
    const first = await c.query({ ...one, values: ['sales', 'orders'] });
    const second = await c.query({ ...one, values: ['public', '订单'] });
    return [shown(first), shown(second)];
  },
  'several statements': async (c) =>
    (await c.query('SELECT 1 AS a; SELECT current_schema(); SHOW search_path')).map(shown),
  'a cursor, page by page': async (c) => {
    const cursor = c.query(new Cursor(TYPES));
    const pages = [];
    for (let page = await cursor.read(150); page.length; page = await cursor.read(150)) {
      pages.push(page.length, page[0], page[page.length - 1]);
    }
    await cursor.close();
    return pages;
  },
  'a cursor, closed early': async (c) => {
    const cursor = c.query(new Cursor(TYPES));
    const page = await cursor.read(2);
    await cursor.close();
    return [page, shown(await c.query('SELECT 1 AS after'))];
  },
  'a stream': async (c) => {
    const rows = [];
    for await (const row of c.query(new QueryStream(TYPES, [], { batchSize: 100 }))) rows.push(row);
    return rows;
  },
  'a transaction with a savepoint': async (c) => {
    await c.query('BEGIN');
    await c.query('SAVEPOINT a');
    const failed = await c.query('SELECT * FROM pg_catalog.nothing').catch((e) => [e.code, e.message]);
    await c.query('ROLLBACK TO SAVEPOINT a');
    const rows = shown(await c.query("SELECT to_regclass('public.orders')::text AS r"));
    await c.query('COMMIT');
    return [failed, rows];
  },
  notification: async (c) => {
    const heard = new Promise((done) => c.once('notification', (n) => done([n.channel, n.payload])));
    await c.query('LISTEN news');
    await c.query("NOTIFY news, 'hello'");
    return heard;
  },
  'settings of the session': async (c) => {
    await c.query("SET search_path TO sales, public; SET TIME ZONE 'Asia/Shanghai'");
    const rows = shown(await c.query("SELECT 'orders'::regclass::text, current_setting('TimeZone')"));
    await c.query('DISCARD ALL');
    return rows;
  },
};

async function main(port) {
  const answers = {};
  for (const [name, call] of Object.entries(calls)) {
    const client = new Client({ host: '127.0.0.1', port, user: 'xuanwu', database: 'xuanwu' });
    await client.connect();
    try {
      answers[name] = await call(client);
    } catch (error) {
      answers[name] = { error: String(error) };
    }
    await client.end();
  }
  process.stdout.write(JSON.stringify(answers));
}

main(Number(process.argv[2])).catch((error) => {
  console.error(error);
  process.exit(1);
});
