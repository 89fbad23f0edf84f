/**
 * Recordings of what tools print, as text: `# ` lines that say what made them, then `[HOST]# COMMAND` and the output, up to a blank line.
 */
import { readFileSync } from 'node:fs';

export interface Printed {
  /** The machine or Pod: `n1`. */
  readonly host: string;
  readonly command: string;
  readonly text: string;
}

/** The recording in `tests/golden/NETWORK/recorded.txt`. */
export function readRecording(network: string): readonly Printed[] {
  const text = readFileSync(new URL(`${network}/recorded.txt`, import.meta.url), 'utf8');
  const parts = text.split(/^\[([-\w]+)\]# (.*)\n/m).slice(1);
  return Array.from({ length: parts.length / 3 }, (_, index) => {
    const [host = '', command = '', output = ''] = parts.slice(index * 3, index * 3 + 3);
    return { host, command, text: withoutLastBlank(output) };
  });
}

/** Recordings back as text, to be compared as a whole. */
export function recordingText(printed: readonly Printed[]): string {
  return printed.map(({ host, command, text }) => `[${host}]# ${command}\n${text}`).join('\n');
}

function withoutLastBlank(output: string): string {
  const text = output.trimEnd();
  return text === '' ? '' : `${text}\n`;
}
