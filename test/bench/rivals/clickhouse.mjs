// ClickHouse, inside this process (chdb). Called by run; see rival.mjs.
import { Session } from 'chdb';
import { compete, elapsed, script, scratch } from './rival.mjs';

const session = new Session(`${scratch}/clickhouse`);
const bytesOf = (table) =>
  Number(session.query(`SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = '${table}'`, 'TSV'));

await compete({
  questions: ['clickhouse/funnel', 'clickhouse/funnel_in_order', 'clickhouse/sequence', 'clickhouse/sequence_in_order'],
  load() {
    for (const statement of script('clickhouse/load')) session.query(statement);
    for (const statement of script('clickhouse/load_moments')) session.query(statement);
    console.log(`bytes_moments ${bytesOf('moments')}`);
    session.query('DROP TABLE moments');
  },
  bytes: () => bytesOf('events'),
  useThreads: (count) => session.query(`SET max_threads = ${count}`),
  time: (sql) => elapsed(() => session.query(sql)),
  answers: (sql) => session.query(sql, 'CSV'),
});
session.cleanup();
