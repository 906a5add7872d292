// Does dialect=clickhouse count as ClickHouse itself does? Random groups of rows,
// put to windowFunnel inside this process (chdb) and to window_funnel in the server
// that psql finds, in every mode there is and over several windows. A development
// tool: after `npm install` in test/bench,
//   test/server/with_server node test/bench/rivals/clickhouse_dialect.mjs [groups [seed]]
// Rows of one time reach ClickHouse in the order that ours are taken in.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Session } from 'chdb';

const [groups = 2000, seed = Date.now() % 1000000] = process.argv.slice(2).map(Number);
console.log(`groups ${groups}, seed ${seed}`);

// mulberry32
let random_state = seed;
function random() {
  random_state = (random_state + 0x6d2b79f5) | 0;
  let x = Math.imul(random_state ^ (random_state >>> 15), 1 | random_state);
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
  return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);

const steps = 5;
const rows = [];
for (let group = 0; group < groups; group++) {
  const span = 1 + below(14);
  const several = random() * 0.6;
  for (let count = below(11); count > 0; count--) {
    let mask = random() < 0.12 ? 0 : 1 << below(steps);
    while (random() < several) mask |= 1 << below(steps);
    rows.push([group, below(span), mask]);
  }
}
rows.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);

const scratch = mkdtempSync(`${tmpdir()}/journey-dialect-`);
const csv = `${scratch}/rows.csv`;
writeFileSync(csv, rows.map((row) => row.join(',')).join('\n') + '\n');
const psql = (sql) => execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-F', ','], { input: sql, maxBuffer: 1 << 30 }).toString();
psql(`CREATE EXTENSION IF NOT EXISTS journey; DROP TABLE IF EXISTS dialect_rows;
  CREATE TABLE dialect_rows (g int, t int, m int);\n\\copy dialect_rows from '${csv}' csv\n`);
const session = new Session(`${scratch}/clickhouse`);
session.query('CREATE TABLE rows (g UInt32, t UInt32, m UInt32) ENGINE = Memory');
session.query(`INSERT INTO rows SELECT * FROM file('${csv}', 'CSV', 'g UInt32, t UInt32, m UInt32')`);
session.query('SET max_threads = 1');

const flags = ['strict_deduplication', 'strict_order', 'strict_increase', 'strict_once', 'allow_reentry'];
const bits = (sql) => Array.from({ length: steps }, (_, step) => sql(1 << step)).join(', ');
let cases = 0;
let different = 0;
for (let set = 0; set < 1 << flags.length; set++) {
  const modes = flags.filter((_, bit) => set & (1 << bit));
  if (modes.includes('allow_reentry') && !modes.includes('strict_order')) continue;
  for (const window of [1, 4, 12]) {
    const theirs = session.query(
      `SELECT g, windowFunnel(${[window, ...modes.map((mode) => `'${mode}'`)].join(', ')})(t, ${bits((bit) => `bitAnd(m, ${bit}) > 0`)})
       FROM rows GROUP BY g ORDER BY g`, 'CSV').trim().split('\n');
    const ours = psql(`SELECT g, window_funnel(${window} * interval '1 second', '${['dialect=clickhouse', ...modes].join(',')}', to_timestamp(t), ${bits((bit) => `m & ${bit} > 0`)})
       FROM dialect_rows GROUP BY g ORDER BY g;`).trim().split('\n');
    if (ours.length !== theirs.length) throw new Error('not the same groups');
    cases += ours.length;
    ours.forEach((line, i) => {
      if (line === theirs[i]) return;
      if (different++ >= 5) return;
      const group = Number(line.split(',')[0]);
      console.log(`window ${window} ${modes}: ours ${line}, theirs ${theirs[i]}:`,
        rows.filter((row) => row[0] === group).map((row) => `${row[1]}@${row[2].toString(2)}`).join(' '));
    });
  }
}
console.log(`ClickHouse ${session.query('SELECT version()', 'TSV').trim()}: ${cases} answers compared, ${different} differ`);
session.cleanup();
rmSync(scratch, { recursive: true });
process.exit(different ? 1 : 0);
