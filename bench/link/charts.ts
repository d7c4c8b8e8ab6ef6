/** Draws how cost grows, and writes it down: an SVG a chart, the numbers, and tables in the page of benchmarks. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { init } from 'echarts';
import type { SuiteResult } from '../lib/figures.ts';
import type { Growth } from './parts/growth.ts';

const folder = join(import.meta.dirname, 'charts');
const page = join(import.meta.dirname, '..', 'README.md');

/** What is written anew in the page, between its first and its last line. */
const SECTION = /(?<=<!-- growth: begin -->\n).*(?=<!-- growth: end -->)/s;

const WIDTH = 720;
const HEIGHT = 400;

export async function writeCharts(growths: readonly Growth[], { machine }: SuiteResult): Promise<void> {
  await mkdir(folder, { recursive: true });
  const run = { description: 'npm run bench -- link --charts', machine, growths };
  await writeFile(join(folder, 'run.json'), `${JSON.stringify(run, undefined, 2)}\n`);
  const before = await readFile(page, 'utf8');
  await writeFile(
    page,
    before.replace(SECTION, () => sectionOf(growths, machine)),
  );
  for (const growth of growths) await writeFile(join(folder, `${growth.name}.svg`), `${draw(growth)}\n`);
}

/** Both axes are logarithmic: costs that grow alike are parallel lines. */
function draw({ title, x, y, lines }: Growth): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: title, left: 'center' },
    legend: { bottom: 0 },
    grid: { left: 70, right: 30, top: 50, bottom: 80 },
    xAxis: { type: 'log', name: x, nameLocation: 'middle', nameGap: 28, min: lines[0]?.points[0]?.[0] },
    yAxis: { type: 'log', name: y },
    series: lines.map(({ name, points }) => ({ type: 'line', name, data: points.map((point) => [...point]) })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function sectionOf(growths: readonly Growth[], { cpu, cores, memoryGiB, node }: SuiteResult['machine']): string {
  const head = `On ${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}; medians of three rounds (\`link/charts/run.json\`).\n\n`;
  return head + growths.map(partOf).join('\n');
}

function partOf({ name, title, x, y, lines }: Growth): string {
  const xs = lines[0]?.points.map(([at]) => at) ?? [];
  const rows = xs.map((at, index) => [at, ...lines.map(({ points }) => points[index]?.[1] ?? 0)].map(textOf));
  const table = [[`${x} \\ ${y}`, ...lines.map((line) => line.name)], lines.map(() => '---').concat('---'), ...rows];
  const text = table.map((row) => `| ${row.join(' | ')} |`).join('\n');
  return `**${title}**\n\n${text}\n\n![${title}](link/charts/${name}.svg)\n`;
}

/** Three digits that count are enough. */
function textOf(value: number): string {
  return value < 100 ? String(Number(value.toPrecision(3))) : Math.round(value).toLocaleString('en');
}
