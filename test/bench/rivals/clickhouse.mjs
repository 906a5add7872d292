// ClickHouse, inside this process (chdb). Called by run; see rival.mjs.
import { Session } from 'chdb';
import { compete, elapsed, script, scratch } from './rival.mjs';

const session = new Session(`${scratch}/clickhouse`);

await compete({
  questions: ['clickhouse/funnel', 'clickhouse/funnel_in_order', 'clickhouse/sequence', 'clickhouse/sequence_in_order'],
  load() {
    for (const statement of script('clickhouse/load')) session.query(statement);
  },
  bytes: () => Number(session.query("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'events'", 'TSV')),
  useThreads: (count) => session.query(`SET max_threads = ${count}`),
  time: (sql) => elapsed(() => session.query(sql)),
  answers: (sql) => session.query(sql, 'CSV'),
});
session.cleanup();
