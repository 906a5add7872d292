// DuckDB, inside this process, in plain SQL. Called by run; see rival.mjs.
import { DuckDBInstance } from '@duckdb/node-api';
import { statSync } from 'node:fs';
import { compete, elapsed, script, scratch } from './rival.mjs';

const file = `${scratch}/duckdb.db`;
const instance = await DuckDBInstance.create(file);
const connection = await instance.connect();

await compete({
  questions: ['duckdb/funnel_asof', 'duckdb/funnel_window'],
  async load() {
    for (const statement of script('duckdb/load')) await connection.run(statement);
  },
  bytes: () => statSync(file).size,
  useThreads: (count) => connection.run(`SET threads = ${count}`),
  time: (sql) => elapsed(() => connection.runAndReadAll(sql)),
  async answers(sql) {
    const rows = (await connection.runAndReadAll(sql)).getRows();
    return rows.map((row) => `${row.join(',')}\n`).join('');
  },
});
connection.closeSync();
