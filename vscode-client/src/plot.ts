/** Plots as SVG on logarithmic axes: plain text, themable by CSS classes, without scripts. Knows nothing of costs. */

export interface Axis {
  readonly label: string;
  /** How a value reads. */
  readonly format: (value: number) => string;
  /** The smallest value shown, above 0; what is smaller is drawn there. */
  readonly least: number;
}

export interface Mark {
  readonly x: number;
  readonly y: number;
  /** What is said of it where the pointer rests. */
  readonly title: string;
  readonly shape: 'circle' | 'triangle';
}

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly low: number; readonly high: number }[];
}

const WIDTH = 720;
const HEIGHT = 380;
const PLACE = { left: 72, right: 32, top: 12, bottom: 48 };
/** Room for the names at the ends of lines, in pixels, and how many characters fit. */
const NAMES = 170;
const NAME_LENGTH = 24;
const NAME_HEIGHT = 15;
/** So many series have a colour and a dash pattern of their own. */
export const SERIES = 6;

/** A value's place in pixels; logarithmic, over whole decades. */
export interface Scale {
  readonly place: (value: number) => number;
  /** The powers of ten that get a line. */
  readonly ticks: readonly number[];
}

/** A scale over `values` from pixel `from` to pixel `to`. Without values: one decade above `least`. */
export function logScale(values: readonly number[], least: number, from: number, to: number): Scale {
  const logs = values.filter(Number.isFinite).map((value) => Math.log10(Math.max(value, least)));
  const low = Math.floor(logs.reduce((one, other) => Math.min(one, other), Infinity) + 1e-9);
  const first = Number.isFinite(low) ? low : Math.floor(Math.log10(least));
  const high = logs.reduce((one, other) => Math.max(one, other), -Infinity);
  const last = Math.max(Number.isFinite(high) ? Math.ceil(high - 1e-9) : first, first + 1);
  const step = Math.ceil((last - first) / 8);
  const ticks: number[] = [];
  for (let power = first; power <= last; power += step) {
    ticks.push(Number(`1e${power}`));
  }
  const place = (value: number): number => from + ((Math.log10(Math.max(value, least)) - first) / (last - first)) * (to - from);
  return { place, ticks };
}

export function scatterPlot(title: string, x: Axis, y: Axis, marks: readonly Mark[]): string {
  const across = logScale(marks.map((mark) => mark.x), x.least, PLACE.left, WIDTH - PLACE.right);
  const up = logScale(marks.map((mark) => mark.y), y.least, HEIGHT - PLACE.bottom, PLACE.top);
  const drawn = marks.map(({ x: right, y: above, title: said, shape }) => {
    const name = `<title>${escapeText(said)}</title>`;
    const [cx, cy] = [pixel(across.place(right)), pixel(up.place(above))];
    return shape === 'circle'
      ? `<circle class="mark circle" cx="${cx}" cy="${cy}" r="4.5">${name}</circle>`
      : `<path class="mark triangle" d="M${cx} ${cy}m-5 4.5h10l-5 -9.5z">${name}</path>`;
  });
  return frame(title, x, y, across, up, WIDTH - PLACE.right, drawn.join(''));
}

/** Lines in their bands, each named at its end. At most `SERIES` are drawn. */
export function linePlot(title: string, x: Axis, y: Axis, series: readonly Series[]): string {
  const drawn = series.filter(({ points }) => points.length > 0).slice(0, SERIES);
  const points = drawn.flatMap((one) => one.points);
  const right = WIDTH - PLACE.right - NAMES;
  const across = logScale(points.map((point) => point.x), x.least, PLACE.left, right);
  const up = logScale(points.flatMap(({ low, y: middle, high }) => [low, middle, high]), y.least, HEIGHT - PLACE.bottom, PLACE.top);
  const at = (one: number, other: number): string => `${pixel(across.place(one))},${pixel(up.place(other))}`;
  const lines = drawn.map(({ name, points: own }, index) => {
    const band = [...own.map((p) => at(p.x, p.high)), ...own.toReversed().map((p) => at(p.x, p.low))];
    const dots = own.map((p) => `<circle class="dot" cx="${pixel(across.place(p.x))}" cy="${pixel(up.place(p.y))}" r="3"/>`);
    return (
      `<g class="series s${index}"><title>${escapeText(name)}</title><polygon class="band" points="${band.join(' ')}"/>` +
      `<polyline class="line" points="${own.map((p) => at(p.x, p.y)).join(' ')}"/>${dots.join('')}</g>`
    );
  });
  const ends = drawn.map(({ points: own }) => ({ x: across.place(own.at(-1)?.x ?? 0), y: up.place(own.at(-1)?.y ?? 0) }));
  const heights = spread(ends.map((end) => end.y), NAME_HEIGHT, PLACE.top + NAME_HEIGHT / 2, HEIGHT - PLACE.bottom);
  const names = drawn.map(({ name }, index) => {
    const [end, height] = [ends[index], heights[index] ?? 0];
    const leader = end === undefined ? '' : `<path class="leader" d="M${pixel(end.x + 5)} ${pixel(end.y)}L${right + 16} ${pixel(height)}"/>`;
    return `<g class="series s${index}">${leader}<text x="${right + 20}" y="${pixel(height + 4)}">${escapeText(shortened(name))}</text></g>`;
  });
  return frame(title, x, y, across, up, right, lines.join('') + names.join(''));
}

/** Heights moved apart to at least `gap`, order kept, within `top` and `bottom` as far as they fit. */
export function spread(heights: readonly number[], gap: number, top: number, bottom: number): readonly number[] {
  const order = heights.map((_, index) => index).sort((one, other) => (heights[one] ?? 0) - (heights[other] ?? 0));
  const placed = [...heights];
  let free = top;
  for (const index of order) {
    placed[index] = Math.max(placed[index] ?? 0, free);
    free = (placed[index] ?? 0) + gap;
  }
  let limit = bottom;
  for (const index of order.toReversed()) {
    placed[index] = Math.min(placed[index] ?? 0, limit);
    limit = (placed[index] ?? 0) - gap;
  }
  return placed;
}

/** Text as it may stand in SVG and HTML, in an attribute too. */
export function escapeText(text: string): string {
  // XML has no control characters at all.
  // eslint-disable-next-line no-control-regex
  const plain = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd').toWellFormed();
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function frame(title: string, x: Axis, y: Axis, across: Scale, up: Scale, right: number, content: string): string {
  const bottom = HEIGHT - PLACE.bottom;
  const vertical = across.ticks.map((tick) => {
    const at = pixel(across.place(tick));
    return `<path class="grid" d="M${at} ${PLACE.top}V${bottom}"/><text class="tick" x="${at}" y="${bottom + 18}" text-anchor="middle">${escapeText(x.format(tick))}</text>`;
  });
  const horizontal = up.ticks.map((tick) => {
    const at = pixel(up.place(tick));
    return `<path class="grid" d="M${PLACE.left} ${at}H${right}"/><text class="tick" x="${PLACE.left - 8}" y="${at + 4}" text-anchor="end">${escapeText(y.format(tick))}</text>`;
  });
  const middle = (PLACE.top + bottom) / 2;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}">` +
    `${vertical.join('')}${horizontal.join('')}` +
    `<text x="${(PLACE.left + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeText(x.label)}</text>` +
    `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${escapeText(y.label)}</text>` +
    `${content}</svg>`
  );
}

function shortened(name: string): string {
  const characters = Array.from(name);
  return characters.length > NAME_LENGTH ? `${characters.slice(0, NAME_LENGTH - 1).join('')}…` : name;
}

function pixel(value: number): number {
  return Math.round(value * 10) / 10;
}
