/**
 * The spread of many connections over the back ends: measured beside expected.
 */
import type { OutcomeShare, Spread } from '../../cluster/cluster-api.ts';

export function spreadText(title: string, { count, rows }: Spread): string {
  const table = rows.map(({ share, measured, expected }) => [
    whoText(share),
    share.destination ?? '-',
    share.backendSaw === null ? '-' : `${share.backendSaw.ip} (${share.backendSaw.who})`,
    `${(share.probability * 100).toFixed(2)} %`,
    expected.toFixed(1),
    String(measured),
    `${((measured / count) * 100).toFixed(2)} %`,
  ]);
  const head = ['answered by', 'destination', 'client seen as', 'chance', 'expected', 'measured', 'share'];
  return `${title}, ${count} connections\n\n${columns([head, ...table])}\n`;
}

function whoText({ outcome, backend }: OutcomeShare): string {
  return outcome === 'reply' ? (backend ?? 'the other side') : `nobody: ${outcome}`;
}

/** Text columns to the left, numbers to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => (index < 3 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
