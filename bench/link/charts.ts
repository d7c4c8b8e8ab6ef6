/** Draws how cost grows, and writes it down: an SVG a chart, the numbers, and a table for people. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { init } from 'echarts';
import type { SuiteResult } from '../lib/figures.ts';
import type { Growth } from './parts/growth.ts';

const folder = join(import.meta.dirname, 'charts');
const WIDTH = 720;
const HEIGHT = 400;

export async function writeCharts(growths: readonly Growth[], { machine }: SuiteResult): Promise<void> {
  await mkdir(folder, { recursive: true });
  const run = { description: 'npm run bench -- link --charts', machine, growths };
  await writeFile(join(folder, 'run.json'), `${JSON.stringify(run, undefined, 2)}\n`);
  await writeFile(join(folder, 'README.md'), pageOf(growths, machine));
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

function pageOf(growths: readonly Growth[], { cpu, cores, memoryGiB, node }: SuiteResult['machine']): string {
  const parts = growths.map(({ name, title, x, y, lines }) => {
    const xs = lines[0]?.points.map(([at]) => at) ?? [];
    const rows = xs.map((at, index) => [at, ...lines.map(({ points }) => Math.round(points[index]?.[1] ?? 0))]);
    const table = [[x, ...lines.map((line) => line.name)], lines.map(() => '---').concat('---'), ...rows];
    const text = table.map((row) => `| ${row.map((cell) => cell.toLocaleString('en')).join(' | ')} |`).join('\n');
    return `## ${title}\n\n${y}, medians of three rounds.\n\n${text}\n\n![${title}](${name}.svg)\n`;
  });
  const head = `# How the cost of a call grows\n\nWritten by \`npm run bench -- link --charts\` on ${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}.\nThe numbers are in \`run.json\`.\n`;
  return [head, ...parts].join('\n');
}
