/** The report on the heaviest functions: one HTML page that needs nothing else. Knows nothing of VS Code. */
import { createHash } from 'node:crypto';
import { type Answer, type Row, summarize } from './heaviest';
import { t } from './l10n';
import { type Axis, type Mark, SERIES, type Series, escapeText, linePlot, scatterPlot } from './plot';
import { STYLE } from './reportStyle';
import { type Metric, formatCount, formatValue, growthSymbol } from './units';

/** How many functions a report looks at, and of how many it shows the growth and a line in the table. */
export const REPORT = { limit: 500, curves: SERIES };
const TABLE_ROWS = 50;

export interface Report {
  readonly answer: Answer;
  /** The workspace's name. */
  readonly workspace: string;
  /** The language that the texts are in, such as "en". */
  readonly locale: string;
  /** A row's file, relative to its workspace. */
  readonly fileOf: (row: Row) => string;
  /** Links of the panel; an exported page has none. */
  readonly links?: { readonly rowAt: (index: number) => string; readonly exportPage: string };
}

export function reportPage(report: Report): string {
  const title = t('Pricetag: the heaviest functions of {0}', report.workspace);
  const digest = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'`;
  return `<!doctype html>
<html lang="${escapeText(report.locale)}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeText(title)}</h1>
${[introduction(report), costs(report), growth(report, 'memory'), growth(report, 'runtime'), table(report)].join('\n')}
</main></body></html>
`;
}

function introduction({ answer, links }: Report): string {
  const said = [
    t('Forecasts at n = {0}: what the functions are expected to cost, not measurements.', formatCount(answer.n)),
    `${summarize(answer)}.`,
  ];
  const save = links === undefined ? '' : `<p><a href="${escapeText(links.exportPage)}">${escapeText(t('Export as HTML'))}</a></p>`;
  return `${said.map((line) => `<p>${escapeText(line)}</p>`).join('')}${save}`;
}

function costs(report: Report): string {
  const marks = report.answer.rows.flatMap((row): Mark[] => {
    const { memory, runtime } = row.medians;
    if (memory === null || runtime === null) {
      return [];
    }
    const title = `${row.name}: ${formatValue('memory', memory)}, ${formatValue('runtime', runtime)} (${report.fileOf(row)})`;
    return [{ x: runtime, y: memory, title, shape: row.language === 'python' ? 'circle' : 'triangle' }];
  });
  const title = t('Memory against runtime');
  const key = (shape: string, name: string): string =>
    `<svg class="key" viewBox="-7 -7 14 14" aria-hidden="true">${shape}</svg> ${escapeText(name)}`;
  const caption = [
    key('<circle class="mark circle" r="4.5"/>', 'Python'),
    key('<path class="mark triangle" d="M-5 4.5h10l-5 -9.5z"/>', 'C++'),
    escapeText(t('{0} functions', formatCount(marks.length))),
  ].join(' · ');
  return section(title, marks.length > 0 ? figure(scatterPlot(title, axis('runtime'), axis('memory'), marks), caption) : nothing());
}

function growth({ answer }: Report, metric: Metric): string {
  const title = metric === 'memory' ? t('Growth of memory') : t('Growth of runtime');
  const series = answer.rows.slice(0, SERIES).map(({ name, curves }): Series => {
    return { name, points: curves[metric].map(({ n, median, low, high }) => ({ x: n, y: median, low, high })) };
  });
  const size: Axis = { label: t('input size n'), format: formatCount, least: 1 };
  const caption = escapeText(t('Medians in their 80 % intervals, of the heaviest functions'));
  const drawn = series.some(({ points }) => points.length > 0);
  return section(title, drawn ? figure(linePlot(title, size, axis(metric), series), caption) : nothing());
}

function table({ answer, fileOf, links }: Report): string {
  const head = [t('Function'), t('Place'), t('Memory'), t('Runtime'), t('Growth')];
  const rows = answer.rows.slice(0, TABLE_ROWS).map((row, index) => {
    const name = escapeText(row.name);
    const cells = [
      links === undefined ? name : `<a href="${escapeText(links.rowAt(index))}">${name}</a>`,
      escapeText(`${fileOf(row)}:${row.start.line + 1}`),
      ...(['memory', 'runtime'] as const).map((metric) => escapeText(cost(row, metric, answer.metric))),
      escapeText(growthSymbol(row.growth)),
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const title = answer.metric === 'memory' ? t('The heaviest by memory') : t('The heaviest by runtime');
  const header = `<thead><tr>${head.map((name) => `<th scope="col">${escapeText(name)}</th>`).join('')}</tr></thead>`;
  return section(title, rows.length > 0 ? `<table>${header}<tbody>${rows.join('')}</tbody></table>` : nothing());
}

/** The metric asked for as the server writes it, which knows what passes the limit; the other by its median. */
function cost(row: Row, metric: Metric, asked: Metric): string {
  const median = row.medians[metric];
  return metric === asked ? row.text : median === null ? '–' : formatValue(metric, median);
}

function axis(metric: Metric): Axis {
  // The ticks are powers of ten: "1 kB", not "1.0 kB".
  const format = (value: number): string => formatValue(metric, value).replace('.0 ', ' ');
  return metric === 'memory' ? { label: t('peak memory'), format, least: 1 } : { label: t('runtime'), format, least: 1e-9 };
}

function section(title: string, content: string): string {
  return `<section><h2>${escapeText(title)}</h2>${content}</section>`;
}

function figure(plot: string, caption: string): string {
  return `<figure>${plot}<figcaption>${caption}</figcaption></figure>`;
}

function nothing(): string {
  return `<p class="faint">${escapeText(t('There is nothing to show.'))}</p>`;
}
