// ClickHouse's attribution, inside this process (chdb). Called by run; see rival.mjs.
import { Session } from 'chdb';
import { compete, elapsed, script, scratch } from './rival.mjs';

const session = new Session(`${scratch}/clickhouse_attribution`);

await compete({
  questions: ['clickhouse/attribution', 'clickhouse/attribution_slices'],
  load() {
    for (const statement of script('clickhouse/load')) session.query(statement);
  },
  bytes: () => 0,
  useThreads: (count) => session.query(`SET max_threads = ${count}`),
  time: (sql) => elapsed(() => session.query(sql)),
  answers: (sql) => session.query(sql, 'CSV'),
});
session.cleanup();
