// What ClickHouse says to patterns that almost match, over all events as those of one
// customer. Called by run with a folder that has events.csv; prints "PATTERN|MILLISECONDS"
// or, where it gives up, "PATTERN|its words".
import { Session } from 'chdb';
import { elapsed, script, scratch } from './rival.mjs';

const session = new Session(`${scratch}/clickhouse`);
for (const statement of script('clickhouse/load')) session.query(statement);
session.query('SET max_threads = 1');

const names = ['view_page', 'search', 'contact_support', 'purchase', 'login'];
const conditions = names.map((name) => `event = '${name}'`).join(', ');
for (const pattern of [
  '(?1)(?2)(?3)(?3)(?3)(?1)',
  '(?1).*(?2).*(?3)(?3)(?3)(?3)(?3)(?3)',
  '(?1)(?t<=60).*(?2)(?t<=60).*(?4)(?t>=31536000).*(?5)',
]) {
  let said;
  try {
    const ms = await elapsed(() => session.query(`SELECT sequenceMatch('${pattern}')(ts, ${conditions}) FROM events`));
    said = ms.toFixed(0);
  } catch (error) {
    said = /Pattern application[^:(]*\([0-9]+\)/.exec(error.message)?.[0] ?? error.message.split('\n')[0];
  }
  console.log(`${pattern}|${said}`);
}
session.cleanup();
