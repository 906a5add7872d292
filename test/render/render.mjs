// Draws the exports in headless Chromium and checks what is to be seen; reads the CSV
// exports as the tools do. Needs the server of test/server/with_server.
//
//   node test/render/render.mjs MERMAID_JS FOLDER
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const [mermaid, folder] = process.argv.slice(2)
let passed = 0
let failed = 0
function check(name, found, wanted = true) {
  const same = JSON.stringify(found) === JSON.stringify(wanted)
  if (same) passed++
  else failed++
  console.log(same ? `ok - ${name}` : `not ok - ${name}: ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`)
}
function has(name, text, part) {
  check(`${name} shows ${part}`, text !== undefined && text.includes(part))
}

// Quoted fields, doubled quotes, one record a line.
function csv(text) {
  return text.trimEnd().split('\n').filter((line) => !line.startsWith('#')).map((line) => {
    const fields = []
    for (const field of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) fields.push(field[1] === undefined ? field[2] : field[1].replaceAll('""', '"'))
    return fields
  })
}
function table(text) {
  const [names, ...rows] = csv(text)
  return { widths: new Set(rows.map((row) => row.length === names.length)), rows: rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]]))) }
}

const psql = join(process.env.JOURNEY_BINDIR, 'psql')
const said = execFileSync(psql, ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-c', 'CREATE EXTENSION journey', '-f', join(here, 'documents.sql')], { encoding: 'utf8', env: { ...process.env, PGCLIENTENCODING: 'UTF8' }, maxBuffer: 1 << 26 })
const documents = JSON.parse(said)
mkdirSync(folder, { recursive: true })
for (const [name, { kind, body }] of Object.entries(documents)) writeFileSync(join(folder, `${name.replaceAll(' ', '_')}.${kind === 'svg' ? 'svg' : kind === 'mermaid' ? 'mmd' : 'csv'}`), body)

const page = join(folder, 'page.html')
const inline = (text) => text.replaceAll('<', '\\u003c')
writeFileSync(page, `<!doctype html><meta charset="utf-8"><body><script src="${pathToFileURL(resolve(mermaid))}"></script>
<script>const documents = ${inline(JSON.stringify(documents))}</script><script>${readFileSync(join(here, 'page.js'), 'utf8')}</script>`)
const dom = execFileSync(process.env.CHROMIUM || 'chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-extensions', `--user-data-dir=${join(folder, 'profile')}`,
  '--allow-file-access-from-files', '--virtual-time-budget=60000', '--timeout=100000', '--dump-dom', String(pathToFileURL(resolve(page)))], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'], timeout: 120000 })
const answer = dom.match(/id="answer">([^<]+)</)
if (!answer) throw new Error('the page gave no answer')
const drawn = JSON.parse(Buffer.from(answer[1], 'base64').toString('utf8'))
writeFileSync(join(folder, 'drawn.json'), JSON.stringify(drawn, null, 1))

for (const [name, { kind }] of Object.entries(documents)) {
  if (kind === 'mermaid' || kind === 'svg') check(`${name} is drawn without an error`, drawn[name].error ?? null, null)
}
check('no name was run as a script', drawn.hacked, false)
const names = ['catalogue "new"', 'basket; bag', '1. <b>check</b>-out #2', '<script>window.hacked = 1</script>', 'größe [世界] {x} `y` 100%']
for (const name of names) {
  has('the journey', drawn.journey.all, name)
  has('the flowchart', drawn.flowchart.all, name)
  has('the map', drawn.map.all, name)
}
for (const stage of ['look around', 'decide: now?', 'buy & <go>']) {
  has('the journey', drawn.journey.all, stage)
  has('the flowchart', drawn.flowchart.all, stage)
  has('the map', drawn.map.all, stage)
}
has('the journey', drawn.journey.all, 'Shop: "May", 100%')
check('the journey has a task for each touchpoint and channel', drawn.journey.faces, 8)
check('the flowchart has a node for each touchpoint, the start and the end', drawn.flowchart.nodes, 8)
check('the flowchart has the steps', drawn.flowchart.edges, 9)
check('the flowchart has the stages', drawn.flowchart.clusters, 3)
has('the flowchart', drawn.flowchart.all, '67%')
for (const name of ['sankey', 'flow']) {
  const links = csv(documents[name].body).slice(2)
  check(`${name} has its nodes and links`, [drawn[name].nodes, drawn[name].links], [new Set(links.flatMap((link) => link.slice(0, 2))).size, links.length])
}
has('the Sankey of stages', drawn.sankey.all, '2 decide: now?')
has('the flow', drawn.flow.all, 'before: look around')
check('the empty documents show nothing', [drawn['empty journey'].faces, drawn['empty flowchart'].nodes, drawn['empty map'].cards], [0, 0, 0])
has('the empty Sankey', drawn['empty sankey'].all, '(nothing yet)')
has('the empty map', drawn['empty map'].all, 'The map is empty.')
has('the map', drawn.map.all, '1 event not on the map, of 1 kind.')
has('the map', drawn.map.all, 'Shop & <May>')
for (const [name, cards, stages] of [['map', 8, 3], ['large map', drawn['large journey'].faces, 6]]) {
  check(`${name} has its cards`, [drawn[name].cards, drawn[name].stages], [cards, stages])
  check(`${name} needs nothing from outside`, [drawn[name].outside, drawn[name].scripts], [[], 0])
  check(`${name}: all text is inside its card`, drawn[name].overflowing, [])
}
check('the large flowchart has its nodes', [drawn['large flowchart'].nodes, drawn['large flowchart'].clusters], [26, 6])

for (const [name, nodes] of [['drawio', 8], ['large drawio', 26], ['empty drawio', 0]]) {
  const { widths, rows } = table(documents[name].body)
  const ids = new Set(rows.map((row) => row.id))
  check(`${name}: every row has every column`, [...widths], nodes === 0 ? [] : [true])
  check(`${name}: a shape for each touchpoint, each with its own id`, [rows.length, ids.size], [nodes, nodes])
  check(`${name}: connectors lead to shapes`, rows.every((row) => Object.keys(row).filter((c) => c.startsWith('next')).every((c) => row[c] === '' || ids.has(row[c]))))
  const heads = documents[name].body.split('\n').filter((line) => line.startsWith('# connect: ')).map((line) => JSON.parse(line.slice(11)))
  check(`${name}: the connectors' settings can be read`, heads.every((c) => c.to === 'id' && c.from.startsWith('next')))
}
check('drawio: names are HTML that shows them', table(documents.drawio.body).rows[2].label.includes('&lt;') || table(documents.drawio.body).rows.some((row) => row.label.startsWith('&lt;script&gt;')))
for (const name of ['lucidchart', 'large lucidchart', 'empty lucidchart']) {
  const { widths, rows } = table(documents[name].body)
  const ids = new Set(rows.map((row) => row.Id))
  check(`${name}: every row has every column`, [...widths], [true])
  check(`${name}: ids are different`, ids.size, rows.length)
  check(`${name}: lines and containers lead to shapes`, rows.every((row) => ['Contained By', 'Line Source', 'Line Destination'].every((c) => row[c] === '' || ids.has(row[c]))))
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`)
process.exit(failed > 0 ? 1 : 0)
