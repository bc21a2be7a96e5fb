export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [860, 460, 60, 20, 50, 90];
const COLOURS = ['#6b7280', '#2563eb', '#059669', '#dc2626'];

/** A small line chart as SVG: readable on light and dark pages. */
export function drawCurves({ title, xLabel, yLabel, curves }: Chart): string {
  const all = curves.flatMap(({ points }) => points);
  const [xMost, yMost] = [Math.max(...all.map(([x]) => x)), Math.max(...all.map(([, y]) => y))];
  const x = (value: number) => LEFT + (value / xMost) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - (value / yMost) * (HEIGHT - TOP - BOTTOM);
  const lines = curves.map(({ points }, i) => {
    const path = points.map(([px, py], n) => `${n === 0 ? 'M' : 'L'}${x(px).toFixed(1)} ${y(py).toFixed(1)}`).join('');
    const dashes = i === 0 ? ' stroke-dasharray="6 4"' : '';
    return `<path d="${path}" fill="none" stroke="${COLOURS[i % COLOURS.length]}" stroke-width="2"${dashes}/>`;
  });
  const legend = curves.map(({ name }, i) => {
    const [lx, ly] = [LEFT + (i % 2) * 380, HEIGHT - 34 + Math.floor(i / 2) * 18];
    return (
      `<rect x="${lx}" y="${ly - 9}" width="14" height="4" fill="${COLOURS[i % COLOURS.length]}"/>` +
      `<text x="${lx + 20}" y="${ly}">${name}</text>`
    );
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<text x="${LEFT - 8}" y="${y(share * yMost) + 4}" text-anchor="end">${Math.round(share * yMost)}</text>`,
    `<text x="${x(share * xMost)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${Math.round(share * xMost)}</text>`,
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(share * yMost)}" y2="${y(share * yMost)}" stroke="#9ca3af" stroke-opacity="0.3"/>`,
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${title}</title>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    `<text x="${LEFT}" y="28" font-size="17" font-weight="600">${title}</text>`,
    `<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - BOTTOM + 36}" text-anchor="middle">${xLabel}</text>`,
    `<text x="16" y="${(HEIGHT - BOTTOM + TOP) / 2}" transform="rotate(-90 16 ${(HEIGHT - BOTTOM + TOP) / 2})" text-anchor="middle">${yLabel}</text>`,
    ...ticks,
    ...lines,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}
