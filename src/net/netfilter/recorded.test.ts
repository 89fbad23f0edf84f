import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BY_TEST, testHost } from './lab.ts';
import { Netfilter } from './netfilter.ts';
import type { TableName } from './hooks.ts';

interface RecordedRule {
  readonly table: TableName;
  readonly rule: string;
  readonly saved?: readonly string[];
  readonly listed?: readonly string[];
  readonly named?: readonly string[];
  readonly error?: string;
}

interface RecordedStep {
  readonly command?: string;
  readonly restore?: string;
  readonly flags?: readonly string[];
  readonly save?: readonly string[];
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function recorded(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8'));
}

const RULES = (recorded('rules') as { rules: RecordedRule[] }).rules;
const STEPS = (recorded('commands') as { steps: RecordedStep[] }).steps;

/** Rows of a listing, without headers and the trailing blanks of empty columns. */
function rows(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^(Chain|target| pkts)/.test(line))
    .map((line) => line.trimEnd());
}

describe('single rules against the real tool', () => {
  it.each(RULES.map((rule) => [`${rule.table} ${rule.rule}`, rule] as const))(
    '[NF1] [NF2] [NF3] %s',
    (_, { table, rule, saved, listed, named, error }) => {
      const netfilter = new Netfilter(testHost());
      const result = netfilter.restore(`*${table}\n${rule}\nCOMMIT\n`, { noflush: false, counters: false, by: BY_TEST });
      if (error !== undefined) {
        expect(result.ok ? '' : result.error[0]?.text).toBe(error);
        return;
      }
      expect(result).toMatchObject({ ok: true });
      const lines = netfilter
        .save(table, { counters: false })
        .split('\n')
        .filter((line) => line.startsWith('-A'));
      expect(lines).toEqual(saved?.map((line) => line.replace(/^\[\d+:\d+\] /, '')));
      const verbose = { numeric: true, verbose: true, lineNumbers: false, exact: false };
      expect(rows(netfilter.list(table, null, verbose))).toEqual(listed?.map((line) => line.trimEnd()));
      expect(rows(netfilter.list(table, null, { ...verbose, numeric: false, verbose: false }))).toEqual(
        named?.map((line) => line.trimEnd()),
      );
    },
  );
});

describe('a session against the real tool', () => {
  const netfilter = new Netfilter(testHost());
  function run(step: RecordedStep): { code: number; stdout: string; stderr: string } {
    if (step.command !== undefined) {
      const { exitCode, stdout, stderr } = netfilter.command(step.command, BY_TEST);
      return { code: exitCode, stdout, stderr };
    }
    if (step.save !== undefined) {
      const at = step.save.indexOf('-t');
      const stdout = netfilter.save(at < 0 ? null : (step.save[at + 1] as TableName), { counters: step.save.includes('-c') });
      return { code: 0, stdout, stderr: '' };
    }
    const flags = step.flags ?? [];
    const result = netfilter.restore(step.restore ?? '', {
      noflush: flags.includes('--noflush'),
      counters: flags.includes('--counters'),
      by: BY_TEST,
    });
    if (result.ok) return { code: 0, stdout: '', stderr: '' };
    const first = result.error[0];
    return { code: first?.kind === 'failed' ? 1 : first?.kind === 'kernel' ? 4 : 2, stdout: '', stderr: first?.text ?? '' };
  }

  it.each(
    STEPS.map((step, i) => [`${i} ${step.command ?? step.restore ?? `save ${step.save?.join(' ') ?? ''}`}`, step] as const),
  )('[NF4] [NF5] %s', (_, step) => {
    const { code, stdout, stderr } = step;
    expect(run(step)).toEqual({ code, stdout, stderr });
  });
});
