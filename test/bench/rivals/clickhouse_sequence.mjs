// Does dialect=clickhouse answer as ClickHouse itself does? Random groups of rows and
// random patterns, put to sequenceMatch, sequenceCount and sequenceMatchEvents inside
// this process (chdb) and to ours in the server that psql finds. A development tool:
// after `npm install` in test/bench,
//   test/server/with_server node test/bench/rivals/clickhouse_sequence.mjs [groups [patterns [seed]]]
// Rows of one time reach ClickHouse in the order that ours are taken in. Until 26.9
// sequenceMatchEvents could skip a row where the pattern allows none (#118497), and until
// #119871 the answer to a pattern whose last part may be empty depends on what lies in
// memory behind the pattern: what differs there is shown and counted, but is no failure.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Session } from 'chdb';

const [groups = 1000, patterns = 200, seed = Date.now() % 1000000] = process.argv.slice(2).map(Number);
console.log(`groups ${groups}, patterns ${patterns}, seed ${seed}`);

// mulberry32
let random_state = seed;
function random() {
  random_state = (random_state + 0x6d2b79f5) | 0;
  let x = Math.imul(random_state ^ (random_state >>> 15), 1 | random_state);
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
  return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);

const conditions = 4;
// The first condition of each row as the highest bit: the order of rows of one time.
const reversed = (mask) => [...mask.toString(2).padStart(conditions, '0')].reverse().join('');
const rows = [];
for (let group = 0; group < groups; group++) {
  const span = 1 + below(14);
  const several = random() * 0.6;
  for (let count = 1 + below(11); count > 0; count--) {
    let mask = random() < 0.12 ? 0 : 1 << below(conditions);
    while (random() < several) mask |= 1 << below(conditions);
    rows.push([group, below(span), mask]);
  }
}
rows.sort((a, b) => a[0] - b[0] || a[1] - b[1] || (reversed(a[2]) > reversed(b[2]) ? -1 : 1));

function random_pattern() {
  let pattern = '';
  let may_limit = true;
  for (let parts = 1 + below(6); parts > 0; parts--) {
    const kind = below(10);
    if (kind < 3 && may_limit) {
      pattern += `(?t${['<=', '<', '>=', '>', '=='][below(5)]}${below(6)})`;
      may_limit = false;
    } else {
      pattern += kind === 3 ? '.*' : kind === 4 ? '.' : `(?${1 + below(conditions)})`;
      may_limit = true;
    }
  }
  return pattern;
}

const scratch = mkdtempSync(`${tmpdir()}/journey-sequence-`);
const csv = `${scratch}/rows.csv`;
writeFileSync(csv, rows.map((row) => row.join(',')).join('\n') + '\n');
const psql = (sql) => execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-F', ';'], { input: sql, maxBuffer: 1 << 30 }).toString();
psql(`CREATE EXTENSION IF NOT EXISTS journey; DROP TABLE IF EXISTS sequence_rows;
  CREATE TABLE sequence_rows (g int, t int, m int);\n\\copy sequence_rows from '${csv}' csv\n`);
const session = new Session(`${scratch}/clickhouse`);
session.query('CREATE TABLE rows (g UInt32, t UInt32, m UInt32) ENGINE = Memory');
session.query(`INSERT INTO rows SELECT * FROM file('${csv}', 'CSV', 'g UInt32, t UInt32, m UInt32')`);
session.query('SET max_threads = 1');

const bits = (sql) => Array.from({ length: conditions }, (_, bit) => sql(1 << bit)).join(', ');
const kinds = ['match', 'count', 'events'];
const tally = Object.fromEntries([...kinds, 'match with an open end', 'count with an open end'].map((what) => [what, [0, 0]]));
for (let n = 0; n < patterns; n++) {
  const pattern = n === 0 ? '' : random_pattern();
  const open_end = /(\.\*|\(\?t(<=?\d+|>=0)\))$/.test(pattern);
  const theirs = bits((bit) => `bitAnd(m, ${bit}) > 0`);
  const ours = bits((bit) => `m & ${bit} > 0`);
  const answers = [
    session.query(`SELECT concat(toString(g), ';', toString(sequenceMatch('${pattern}')(toDateTime(t, 'UTC'), ${theirs})), ';',
        toString(sequenceCount('${pattern}')(toDateTime(t, 'UTC'), ${theirs})), ';',
        toString(arrayMap(x -> toUnixTimestamp(x), sequenceMatchEvents('${pattern}')(toDateTime(t, 'UTC'), ${theirs}))))
      FROM rows GROUP BY g ORDER BY g`, 'TSVRaw'),
    psql(`SELECT g, sequence_match('${pattern}', 'dialect=clickhouse', to_timestamp(t), ${ours})::int,
        sequence_count('${pattern}', 'dialect=clickhouse', to_timestamp(t), ${ours}),
        '[' || array_to_string(ARRAY(SELECT extract(epoch FROM e)::int FROM unnest(sequence_match_events('${pattern}', 'dialect=clickhouse', to_timestamp(t), ${ours})) e), ',') || ']'
      FROM sequence_rows GROUP BY g ORDER BY g;`),
  ].map((text) => text.trim().split('\n').map((line) => line.split(';')));
  if (answers[0].length !== answers[1].length) throw new Error('not the same groups');
  answers[0].forEach((their, i) => {
    const our = answers[1][i];
    kinds.forEach((kind, field) => {
      const what = open_end && kind !== 'events' ? `${kind} with an open end` : kind;
      tally[what][0]++;
      if (their[field + 1] === our[field + 1]) return;
      if (++tally[what][1] > 3) return;
      console.log(`${pattern} ${what}: ours ${our}, theirs ${their}:`,
        rows.filter((row) => row[0] === Number(our[0])).map((row) => `${row[1]}@${row[2].toString(2)}`).join(' '));
    });
  });
}
console.log(`ClickHouse ${session.query('SELECT version()', 'TSV').trim()}:`, Object.entries(tally)
  .map(([what, [cases, different]]) => `${what} ${cases} compared, ${different} differ`).join('; '));
session.cleanup();
rmSync(scratch, { recursive: true });
process.exit(tally.match[1] + tally.count[1] ? 1 : 0);
