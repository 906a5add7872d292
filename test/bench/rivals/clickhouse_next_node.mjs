// Does sequence_next_node answer as ClickHouse's sequenceNextNode? Random groups, put
// to both; see clickhouse_dialect.mjs. Rows that tie on time and value reach
// ClickHouse in the order that ours are taken in.
//   test/server/with_server node test/bench/rivals/clickhouse_next_node.mjs [groups [seed]]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Session } from 'chdb';

const [groups = 4000, seed = Date.now() % 1000000] = process.argv.slice(2).map(Number);
console.log(`groups ${groups}, seed ${seed}`);
let random_state = seed;
function random() {
  random_state = (random_state + 0x6d2b79f5) | 0;
  let x = Math.imul(random_state ^ (random_state >>> 15), 1 | random_state);
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
  return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);

const rows = [];
for (let group = 0; group < groups; group++) {
  const span = 1 + below(20);
  const likely = 0.4 + random() * 0.6;
  for (let count = below(12); count > 0; count--) {
    let mask = random() < likely ? 1 : 0;
    for (let step = 1; step <= 4; step++) if (random() < likely) mask |= 1 << step;
    rows.push([group, below(span), 'abcd'[below(4)], mask]);
  }
}
const scratch = mkdtempSync(`${tmpdir()}/journey-node-`);
const csv = `${scratch}/rows.csv`;
writeFileSync(csv, rows.map((row) => row.join(',')).join('\n') + '\n');
const psql = (sql) => execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-F', ','], { input: sql, maxBuffer: 1 << 30 }).toString();
psql(`CREATE EXTENSION IF NOT EXISTS journey; DROP TABLE IF EXISTS node_rows;
  CREATE TABLE node_rows (g int, t int, v text, m int);\n\\copy node_rows from '${csv}' csv\n`);
const session = new Session(`${scratch}/clickhouse`);
session.query('CREATE TABLE rows (g UInt32, t UInt32, v String, m UInt32) ENGINE = Memory');
session.query(`INSERT INTO rows SELECT * FROM file('${csv}', 'CSV', 'g UInt32, t UInt32, v String, m UInt32')`);
session.query('SET max_threads = 1');
session.query('SET allow_experimental_funnel_functions = 1');
// Keep the inner ORDER BY below: it is the order in which rows that tie arrive.
session.query('SET query_plan_remove_redundant_sorting = 0, optimize_duplicate_order_by_and_distinct = 0');

let cases = 0;
let different = 0;
for (const [direction, from] of [['forward', 'head'], ['backward', 'tail'], ['forward', 'first_match'], ['forward', 'last_match'], ['backward', 'first_match'], ['backward', 'last_match']]) {
  for (let steps = from.includes('match') ? 1 : 0; steps <= 4; steps++) {
    const conditions = (sql) => Array.from({ length: steps + 1 }, (_, bit) => sql(1 << bit)).join(', ');
    const theirs = session.query(
      `SELECT g, ifNull(sequenceNextNode('${direction}', '${from}')(t, v, ${conditions((bit) => `bitAnd(m, ${bit}) > 0`)}), '-') AS node
       FROM (SELECT * FROM rows ORDER BY g, t, v, bitAnd(m, 1) = 0, bitAnd(m, ${(2 << steps) - 1})) GROUP BY g ORDER BY g`, 'TSV').trim().split('\n');
    const ours = psql(`SELECT g || E'\\t' || coalesce(sequence_next_node('${direction}', '${from}', to_timestamp(t), v, ${conditions((bit) => `m & ${bit} > 0`)}), '-')
       FROM node_rows GROUP BY g ORDER BY g;`).trim().split('\n');
    if (ours.length !== theirs.length) throw new Error('not the same groups');
    cases += ours.length;
    ours.forEach((line, i) => {
      if (line === theirs[i] || different++ >= 5) return;
      const group = Number(line.split('\t')[0]);
      console.log(`${direction} ${from} ${steps}: ours ${line}, theirs ${theirs[i]}:`,
        rows.filter((row) => row[0] === group).map((row) => `${row[1]}${row[2]}@${row[3].toString(2)}`).join(' '));
    });
  }
}
console.log(`ClickHouse ${session.query('SELECT version()', 'TSV').trim()}: ${cases} answers compared, ${different} differ`);
session.cleanup();
rmSync(scratch, { recursive: true });
process.exit(different ? 1 : 0);
