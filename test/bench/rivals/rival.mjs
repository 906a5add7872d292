// What the rivals share. A rival is started by run as
//
//   node RIVAL.mjs SCRATCH OURS THREADS...
//
// loads SCRATCH/events.csv and prints lines: "bytes N", then for each number of
// threads "sample THREADS RUN QUESTION MILLISECONDS". Its statements and ours
// (OURS, a list with commas) run in turn, so that drift meets both alike. The
// answers to its questions go to SCRATCH/NAME.csv for the comparison.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const [scratch, ours, ...threads] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));

// The text of a question, with the variables that psql would replace.
function question(name) {
  const file = name.includes('/') ? `${here}/${name}.sql` : `${here}/../questions/${name}.sql`;
  const values = { ...process.env, csv: `${scratch}/events.csv` };
  return readFileSync(file, 'utf8')
    .replace(/(?<!:):'(\w+)'/g, (_, variable) => `'${values[variable]}'`)
    .replace(/(?<!:):(within_seconds)\b/g, (_, variable) => values[variable]);
}

// As measure.bash's sum_of_answers.
const summed = (sql) => `SELECT sum(answer) FROM (\n${sql}) q`;

export const script = (name) => question(name).split(';');

export async function elapsed(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

// One session of PostgreSQL that tells how long each statement took.
function openPostgres(processes) {
  const psql = spawn('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PGOPTIONS: `-c max_parallel_workers_per_gather=${processes - 1}` },
  });
  const lines = createInterface({ input: psql.stdout })[Symbol.asyncIterator]();
  psql.stdin.write('\\timing on\n');
  return {
    async time(sql) {
      psql.stdin.write(`${sql};\n`);
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error('psql ended early');
        if (value.startsWith('Time: ')) return Number(value.split(' ')[1]);
      }
    },
    close: () => psql.stdin.end(),
  };
}

export async function compete(rival) {
  await rival.load();
  console.log(`bytes ${await rival.bytes()}`);
  for (const name of rival.questions) {
    mkdirSync(dirname(`${scratch}/${name}`), { recursive: true });
    writeFileSync(`${scratch}/${name}.csv`, await rival.answers(question(name)));
  }
  const names = [...rival.questions, ...ours.split(',')];
  for (const count of threads) {
    await rival.useThreads(count);
    const postgres = openPostgres(count);
    for (let run = 0; run <= Number(process.env.RUNS); run++) {
      for (const name of names) {
        const side = rival.questions.includes(name) ? rival : postgres;
        const milliseconds = await side.time(summed(question(name)));
        if (run > 0) console.log(`sample ${count} ${run} ${name} ${milliseconds.toFixed(3)}`);
      }
    }
    postgres.close();
  }
}
