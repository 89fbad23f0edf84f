import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TraceRecorder } from '../trace/recorder.ts';
import { expandRun } from './expand.ts';
import { BY_TEST, packet, skbOf, tcp, testHost } from './lab.ts';
import { Netfilter } from './netfilter.ts';

type Recorded =
  | { readonly ipset: string; readonly exist?: boolean; readonly code: number; readonly stderr: string }
  | { readonly save: readonly string[] }
  | { readonly command: string; readonly code: number; readonly stdout: string; readonly stderr: string };

const FILE = JSON.parse(readFileSync(new URL('recorded/ipset.json', import.meta.url), 'utf8')) as { steps: Recorded[] };

/** `ipset save` as the recording has it: seeds zeroed, the members of each set sorted. */
function saved(netfilter: Netfilter): readonly string[] {
  const sets = netfilter.ipset
    .save()
    .replace(/initval 0x\w+/g, 'initval 0x00000000')
    .split(/^(?=create)/m);
  return sets.flatMap((text) => {
    const [head = '', ...members] = text.trimEnd().split('\n');
    return head === '' ? [] : [head, ...members.sort()];
  });
}

describe('a session against the real tool', () => {
  const netfilter = new Netfilter(testHost());
  it.each(FILE.steps.map((step, index) => [`${index} ${JSON.stringify(step).slice(0, 80)}`, step] as const))(
    '[NF36] %s',
    (_, step) => {
      if ('save' in step) {
        expect(saved(netfilter)).toEqual(step.save);
        return;
      }
      if ('command' in step) {
        const { exitCode, stdout, stderr } = netfilter.command(step.command, BY_TEST);
        expect({ code: exitCode, stdout, stderr }).toEqual({ code: step.code, stdout: step.stdout, stderr: step.stderr });
        return;
      }
      const result = netfilter.ipset.restore(step.ipset, { by: BY_TEST, exist: step.exist ?? false });
      expect(result.ok ? '' : result.error.text).toBe(step.stderr);
    },
  );
});

describe('rules that ask a set', () => {
  const RULES = '*nat\n-A POSTROUTING -m set --match-set pools src -m set ! --match-set pools dst -j MASQUERADE\nCOMMIT\n';

  function masquerading(): Netfilter {
    const netfilter = new Netfilter(testHost());
    netfilter.ipset.restore('create pools hash:net\nadd pools 10.244.0.0/16\nadd pools 10.244.9.0/24 nomatch\n', {
      by: BY_TEST,
    });
    expect(netfilter.restore(RULES, { noflush: true, counters: false, by: BY_TEST }).ok).toBe(true);
    return netfilter;
  }

  it.each([
    ['a Pod to the outside', '10.244.0.2', '192.168.1.100', 1],
    ['a Pod to a Pod', '10.244.0.2', '10.244.1.2', 0],
    ['who is excepted', '10.244.9.2', '192.168.1.100', 0],
    ['a node to the outside', '192.168.1.11', '192.168.1.100', 0],
  ])('[NF36] %s', (_, src, dst, packets) => {
    const netfilter = masquerading();
    const skb = skbOf(packet(src, dst, tcp(40000, 80, ['SYN'])), { iif: 'cni0', oif: 'eth0' });
    netfilter.run('PREROUTING', skb, { node: 'n1', netns: 'root' });
    netfilter.run('POSTROUTING', skb, { node: 'n1', netns: 'root' });
    expect([...netfilter.counters().rules.values()].map((counter) => counter.packets)).toEqual(packets === 0 ? [] : [packets]);
  });

  it('[NF10] [NF36] the failed one can be had from the step, whatever became of the set since', () => {
    const netfilter = masquerading();
    const recorder = new TraceRecorder('flow-1', 0);
    const skb = skbOf(packet('10.244.0.2', '10.244.1.2', tcp(40000, 80, ['SYN'])), { oif: 'eth0' }, recorder);
    netfilter.run('OUTPUT', skb, { node: 'n1', netns: 'root' });
    netfilter.run('POSTROUTING', skb, { node: 'n1', netns: 'root' });
    netfilter.ipset.restore('flush pools\n', { by: BY_TEST });
    const run = recorder.close(0, 'timeout').steps.find((step) => step.kind === 'nf.run');
    expect(run?.kind === 'nf.run' ? expandRun(run).map(({ failed }) => failed) : []).toEqual([
      { text: '! --match-set pools dst', packet: '10.244.1.2', property: 'destination' },
    ]);
  });
});
