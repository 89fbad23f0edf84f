/**
 * Captures of the course's packets as a person exports them, on every device they crossed and on every kind of tunnel, read by the
 * machine's tcpdump: the same lines as the simulator's own view, and no checksum that is wrong.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openScenario } from '../../src/cli/scenario-folder.ts';
import { captureFileName, capturePcap, captureText, type Tap } from '../../src/cluster/capture.ts';
import type { ProbeResult } from '../../src/cluster/cluster-api.ts';
import { createCluster } from '../../src/cluster/cluster.ts';
import type { ProbeSpec } from '../../src/cluster/commands.ts';
import { assert } from '../../src/lib/assert.ts';

const withTcpdump = describe.skipIf(spawnSync('tcpdump', ['--version']).error !== undefined);
const folder = mkdtempSync(join(tmpdir(), 'kubehop-captures-'));
afterAll(() => rmSync(folder, { recursive: true }));

function sent(scenario: string, probe: ProbeSpec): ProbeResult {
  const loaded = openScenario(scenario);
  assert(loaded.ok, `scenario ${scenario} cannot be read`);
  const result = createCluster(loaded.value.spec).run({ kind: 'probe', probe });
  assert(result.ok && result.probe !== null, 'the probe was sent');
  return result.probe;
}

/** Every device a frame crossed. */
function tapsOf({ trace }: ProbeResult): readonly Tap[] {
  const taps = new Map<string, Tap>();
  for (const step of trace.steps) {
    if (step.kind !== 'dev.tx' && step.kind !== 'dev.rx') continue;
    const { node, netns, dev } = step;
    taps.set(`${node} ${netns} ${dev.name}`, { node, netns, dev: dev.name });
  }
  return [...taps.values()];
}

function tcpdump(file: string, ...flags: readonly string[]): string {
  const run = spawnSync('tcpdump', ['-nn', ...flags, '-r', file], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
  assert(run.status === 0, run.stderr);
  return run.stdout.trimEnd();
}

const service = (name: string, namespace = 'default'): ProbeSpec['to'] => ({ kind: 'svc', namespace, name });
const PROBES: readonly (readonly [scenario: string, probe: ProbeSpec])[] = [
  ['lab-report', { from: { kind: 'node', name: 'class' }, to: service('two-containers-service'), port: 80, protocol: 'tcp' }],
  [
    'lab-report-weave',
    { from: { kind: 'node', name: 'class' }, to: service('two-containers-service'), port: 80, protocol: 'tcp' },
  ],
  [
    'calico',
    { from: { kind: 'pod', namespace: 'test', name: 'client' }, to: service('demoapp-svc', 'test'), port: 80, protocol: 'tcp' },
  ],
  [
    'dns',
    {
      from: { kind: 'pod', namespace: 'default', name: 'client' },
      to: { kind: 'name', name: 'front' },
      port: 80,
      protocol: 'tcp',
    },
  ],
  [
    'dns-node-local',
    {
      from: { kind: 'pod', namespace: 'default', name: 'client' },
      to: { kind: 'name', name: 'front' },
      port: 80,
      protocol: 'tcp',
    },
  ],
];

withTcpdump.each(PROBES)('%s', (scenario, probe) => {
  const result = sent(scenario, probe);
  test.each(tapsOf(result).map((tap) => [`${tap.node} ${tap.netns} ${tap.dev}`, tap] as const))('%s', (_name, tap) => {
    const file = join(folder, captureFileName(tap));
    writeFileSync(file, capturePcap(result.trace, tap));
    const lines = captureText(result.trace, tap).map(({ text }) => text);
    expect(tcpdump(file).replaceAll(/^\S+ /gm, '')).toBe(lines.join('\n').replaceAll(/^\S+ /gm, ''));
    expect(tcpdump(file, '-vvv').match(/.*(incorrect|bad cksum|wrong|invalid|missing!).*/g)).toBe(null);
  });
});
