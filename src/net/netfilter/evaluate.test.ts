import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceRecorder } from '../trace/recorder.ts';
import type { StepDetail, TraceStep } from '../trace/trace.ts';
import type { Ipv4Packet, TcpFlag } from '../wire/packet.ts';
import type { Hook, HookResult } from './hooks.ts';
import { expandRun } from './expand.ts';
import { BY_TEST, packet, skbOf, tcp, testHost, type TestHost } from './lab.ts';
import { Netfilter } from './netfilter.ts';

const AT = { node: 'n1', netns: 'root' };
const DEVICES = { iif: 'cni0', oif: 'eth0' };

function netfilterOf(text: string, options: { readonly indexed?: boolean; readonly host?: TestHost } = {}): Netfilter {
  const netfilter = new Netfilter(options.host ?? testHost(), { indexed: options.indexed ?? true });
  const result = netfilter.restore(text, { noflush: true, counters: true, by: BY_TEST });
  if (!result.ok) throw new Error(result.error.map((error) => error.text).join(''));
  return netfilter;
}

function run(
  netfilter: Netfilter,
  hook: Hook,
  l3: Ipv4Packet,
): { result: HookResult; steps: TraceStep[]; l3: Ipv4Packet; mark: number } {
  const recorder = new TraceRecorder('flow-1', 0);
  const skb = skbOf(l3, DEVICES, recorder);
  const result = netfilter.run(hook, skb, AT);
  const { steps } = recorder.close(0, 'timeout');
  return { result, steps: [...steps], l3: skb.l3 as Ipv4Packet, mark: skb.mark };
}

/** Steps as short words: `FORWARD#1 JUMP`, `run FORWARD 1+2`, `end FORWARD ACCEPT`. */
function brief(steps: readonly TraceStep[]): string[] {
  return steps.map((step: TraceStep & StepDetail) => {
    switch (step.kind) {
      case 'nf.rule':
        return `${'  '.repeat(step.depth)}${step.rule.chain}#${step.rule.number} ${step.verdict ?? `not: ${step.failed?.property ?? ''}`} ${step.packets}`;
      case 'nf.run':
        return `${'  '.repeat(step.depth)}run ${step.chain.name} ${step.from}+${step.count}`;
      case 'nf.end':
        return `${'  '.repeat(step.depth)}end ${step.chain} ${step.policy}`;
      default:
        return step.kind;
    }
  });
}

const SYN = packet('10.244.0.2', '10.244.1.2', tcp(40000, 80, ['SYN']));

describe('walking a table', () => {
  it('[NF6] tells runs of unmatched rules, jumps, the way back and the policy', () => {
    const netfilter = netfilterOf(
      '*filter\n:FORWARD DROP [0:0]\n:A - [0:0]\n:B - [0:0]\n-A FORWARD -p udp -j ACCEPT\n-A FORWARD -d 10.0.0.1 -j ACCEPT\n-A FORWARD -p tcp -j A\n-A A -p tcp --dport 443 -j ACCEPT\n-A A -j B\n-A A -j MARK --set-mark 1\n-A B -j RETURN\n-A B -j DROP\nCOMMIT\n',
    );
    const { result, steps, mark } = run(netfilter, 'FORWARD', SYN);
    expect(result).toEqual({ verdict: 'DROP', reason: 'NETFILTER_DROP', at: null, reject: null });
    expect(mark).toBe(1);
    expect(brief(steps)).toEqual([
      'run FORWARD 1+2',
      'FORWARD#3 JUMP 1',
      '  run A 1+1',
      '  A#2 JUMP 1',
      '    B#1 RETURN 1',
      '  A#3 MARK 1',
      '  end A RETURN',
      'end FORWARD DROP',
    ]);
  });

  it('[NF7] RETURN from a base chain, and the end of a chain reached by goto, apply the policy', () => {
    const byReturn = netfilterOf('*filter\n:FORWARD DROP [0:0]\n-A FORWARD -j RETURN\n-A FORWARD -j ACCEPT\nCOMMIT\n');
    expect(run(byReturn, 'FORWARD', SYN).result.verdict).toBe('DROP');
    const byGoto = netfilterOf('*filter\n:FORWARD DROP [0:0]\n:A - [0:0]\n-A FORWARD -g A\n-A FORWARD -j ACCEPT\nCOMMIT\n');
    const { result, steps } = run(byGoto, 'FORWARD', SYN);
    expect(result.verdict).toBe('DROP');
    expect(brief(steps)).toEqual(['FORWARD#1 GOTO 1', 'end A RETURN', 'end FORWARD DROP']);
    expect(byGoto.counters().policies.get('filter/FORWARD')).toEqual({ packets: 1, bytes: 60 });
  });

  it('[NF7] goto in a called chain goes back to the caller of that chain', () => {
    const netfilter = netfilterOf(
      '*filter\n:A - [0:0]\n:B - [0:0]\n-A FORWARD -j A\n-A FORWARD -j DROP\n-A A -g B\n-A A -j ACCEPT\n-A B -p udp\nCOMMIT\n',
    );
    expect(run(netfilter, 'FORWARD', SYN).result).toMatchObject({ verdict: 'DROP', at: { chain: 'FORWARD', number: 2 } });
  });

  it('[NF8] counts packets and bytes of the rules that matched, and only these', () => {
    const netfilter = netfilterOf('*filter\n-A FORWARD -p udp\n-A FORWARD -p tcp\n-A FORWARD -j ACCEPT\nCOMMIT\n');
    run(netfilter, 'FORWARD', SYN);
    run(netfilter, 'FORWARD', SYN);
    expect(netfilter.save('filter', { counters: true }).split('\n').slice(4, 7)).toEqual([
      '[0:0] -A FORWARD -p udp',
      '[2:120] -A FORWARD -p tcp',
      '[2:120] -A FORWARD -j ACCEPT',
    ]);
  });

  it('[NF9] draws for statistic only when the matches before it passed, and tells the draw', () => {
    const host = testHost();
    host.draws.push(0x40000000, 0x3fffffff);
    const netfilter = netfilterOf(
      '*nat\n-A PREROUTING -p udp -m statistic --mode random --probability 0.5\n-A PREROUTING -m statistic --mode random --probability 0.5\n-A PREROUTING -m statistic --mode random --probability 0.5\nCOMMIT\n',
      { host },
    );
    const { steps } = run(netfilter, 'PREROUTING', SYN);
    expect(brief(steps.filter((step) => step.kind !== 'ct'))).toEqual([
      'run PREROUTING 1+1',
      'PREROUTING#2 not: random draw 0',
      'PREROUTING#3 CONTINUE 1',
      'end PREROUTING ACCEPT',
    ]);
    expect(steps.flatMap((step) => (step.kind === 'nf.rule' ? [step.draw] : []))).toEqual([
      { value: 0.5, probability: 0.5 },
      { value: 0x3fffffff / 0x80000000, probability: 0.5 },
    ]);
    expect(host.draws).toEqual([]);
  });

  it('[NF10] expandRun gives the first failing match of each rule with the packet’s own value', () => {
    const netfilter = netfilterOf(
      '*filter\n-A FORWARD ! -s 10.244.0.0/16 -p udp -j DROP\n-A FORWARD -p tcp -m comment --comment x -m tcp --dport 6800 -j DROP\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j DROP\n-A FORWARD -m mark --mark 0x4000/0x4000 -j DROP\n-A FORWARD -m addrtype --dst-type LOCAL -j DROP\n-A FORWARD -i eth+ -j DROP\n-A FORWARD -p tcp -m multiport --dports 443,8443 -j DROP\n-A FORWARD -p tcp --tcp-flags SYN,ACK ACK -j DROP\nCOMMIT\n',
    );
    const { steps } = run(netfilter, 'FORWARD', SYN);
    const step = steps.find((each) => each.kind === 'nf.run');
    expect(
      step === undefined
        ? []
        : expandRun(step).map(({ number, failed }) => [number, failed.property, failed.text, failed.packet]),
    ).toEqual([
      [1, 'source', '! -s 10.244.0.0/16', '10.244.0.2'],
      [2, 'destination port', '--dport 6800', '80'],
      [3, 'ctstate', '--ctstate RELATED,ESTABLISHED', 'INVALID'],
      [4, 'mark', '--mark 0x4000/0x4000', '0x0'],
      [5, 'destination address type', '--dst-type LOCAL', 'UNICAST'],
      [6, 'incoming device', '-i eth+', 'cni0'],
      [7, 'destination port', '--dports 443,8443', '80'],
      [8, 'TCP flags', '--tcp-flags SYN,ACK ACK', 'SYN'],
    ]);
  });

  it('[NF11] REJECT drops and says how to answer', () => {
    const netfilter = netfilterOf('*filter\n-A FORWARD -p tcp -j REJECT --reject-with tcp-reset\nCOMMIT\n');
    expect(run(netfilter, 'FORWARD', SYN).result).toEqual({
      verdict: 'DROP',
      reason: 'NETFILTER_DROP',
      at: { table: 'filter', chain: 'FORWARD', number: 1, text: '-A FORWARD -p tcp -j REJECT --reject-with tcp-reset' },
      reject: 'tcp-reset',
    });
  });

  it('[NF12] recent remembers, forgets by time, and reaps; checkpoint brings the list back', () => {
    const host = testHost();
    const netfilter = netfilterOf(
      '*filter\n-A FORWARD -m recent --rcheck --seconds 10 --reap --name L --rsource -j DROP\n-A FORWARD -m recent --set --name L --rsource -j ACCEPT\nCOMMIT\n',
      { host },
    );
    const verdict = (): string => run(netfilter, 'FORWARD', SYN).result.verdict;
    const back = netfilter.checkpoint();
    expect([verdict(), verdict()]).toEqual(['ACCEPT', 'DROP']);
    host.time = 10_000_000_000;
    expect(verdict()).toBe('DROP');
    host.time += 1;
    expect(verdict()).toBe('ACCEPT');
    back();
    expect(verdict()).toBe('ACCEPT');
  });

  it('[NF13] nth matches every third packet, first the one of its number (recorded from a kernel)', () => {
    const verdicts = (first: number): string => {
      const netfilter = netfilterOf(
        `*filter\n-A FORWARD -m statistic --mode nth --every 3 --packet ${first} -j DROP\nCOMMIT\n`,
      );
      return Array.from({ length: 7 }, () => run(netfilter, 'FORWARD', SYN).result.verdict[0]).join('');
    };
    expect([verdicts(0), verdicts(2)]).toEqual(['DAADAAD', 'AADAADA']);
  });

  it('[NF14] limit lets a burst through and then the rate', () => {
    const host = testHost();
    const netfilter = netfilterOf(
      '*filter\n-A FORWARD -m limit --limit 1/s --limit-burst 2 -j ACCEPT\n-A FORWARD -j DROP\nCOMMIT\n',
      { host },
    );
    const verdict = (): string => run(netfilter, 'FORWARD', SYN).result.verdict;
    expect([verdict(), verdict(), verdict()]).toEqual(['ACCEPT', 'ACCEPT', 'DROP']);
    host.time = 1_000_000_000;
    expect([verdict(), verdict()]).toEqual(['ACCEPT', 'DROP']);
  });
});

const address = fc.constantFrom('10.96.0.1', '10.96.0.2', '10.96.0.3', '10.244.0.2', '192.168.1.11');
const port = fc.constantFrom(80, 443, 53, 30080);
const flags = fc.constantFrom<readonly TcpFlag[]>(['SYN'], ['ACK'], ['SYN', 'ACK'], ['RST']);

const ruleText = fc
  .tuple(
    fc.oneof(
      fc.constant(''),
      address.map((a) => ` -d ${a}/32`),
      address.map((a) => ` -s ${a}/32`),
      address.map((a) => ` ! -d ${a}/32`),
      fc.constant(' -d 10.96.0.0/16'),
    ),
    fc.oneof(
      fc.constant(' -p tcp'),
      fc.constant(' -p udp'),
      port.map((p) => ` -p tcp -m tcp --dport ${p}`),
      port.map((p) => ` -p udp -m udp --dport ${p}`),
      port.map((p) => ` -p tcp -m tcp ! --dport ${p}`),
      fc.constant(''),
    ),
    fc.constantFrom(
      '',
      ' -m statistic --mode random --probability 0.5',
      ' -m mark --mark 0x1/0x1',
      ' -m addrtype --dst-type LOCAL',
      ' -m statistic --mode nth --every 2 --packet 0',
      ' -m recent --set --name R',
      ' -m recent --rcheck --name R',
    ),
    fc.constantFrom(
      '',
      ' -j ACCEPT',
      ' -j DROP',
      ' -j RETURN',
      ' -j MARK --set-xmark 0x1/0x1',
      ' -j LONG',
      ' -g LONG',
      ' -j SHORT',
    ),
  )
  .map((parts) => parts.join(''));

const packets = fc.array(
  fc.oneof(
    fc.tuple(address, address, port, flags).map(([src, dst, dport, f]) => packet(src, dst, tcp(40000, dport, f))),
    fc
      .tuple(address, address, port)
      .map(([src, dst, dport]) =>
        packet(src, dst, { kind: 'udp', sport: 5000, dport, payload: { kind: 'data', text: '', bytes: 0 } }),
      ),
  ),
  { minLength: 1, maxLength: 6 },
);

describe('the index', () => {
  it('[NF15] gives the verdicts, counters, draws and steps of the linear walk', () => {
    fc.assert(
      fc.property(
        fc.array(ruleText, { minLength: 60, maxLength: 90 }),
        fc.array(ruleText, { minLength: 48, maxLength: 60 }),
        packets,
        (base, long, list) => {
          const lines = base.map((tail) => `-A FORWARD${tail}`);
          const inner = long.map((tail) => `-A LONG${tail.replace(/ -[jg] LONG/, ' -j SHORT')}`);
          const text = `*filter\n:LONG - [0:0]\n:SHORT - [0:0]\n${[...lines, ...inner, '-A SHORT -p udp -j DROP'].join('\n')}\nCOMMIT\n`;
          const [fast, slow] = [netfilterOf(text, { indexed: true }), netfilterOf(text, { indexed: false })];
          for (const l3 of list) {
            const [a, b] = [run(fast, 'FORWARD', l3), run(slow, 'FORWARD', l3)];
            expect(a.result).toEqual(b.result);
            expect(a.mark).toBe(b.mark);
            expect(brief(a.steps)).toEqual(brief(b.steps));
          }
          expect(fast.save('filter', { counters: true })).toBe(slow.save('filter', { counters: true }));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('[NF1] what is printed is parsed as what it was', () => {
    fc.assert(
      fc.property(fc.array(ruleText, { minLength: 1, maxLength: 20 }), (tails) => {
        const text = `*filter\n:LONG - [0:0]\n:SHORT - [0:0]\n${tails.map((tail) => `-A FORWARD${tail}`).join('\n')}\nCOMMIT\n`;
        const first = netfilterOf(text);
        const saved = first.save('filter', { counters: false });
        const second = netfilterOf(saved);
        expect(second.save('filter', { counters: false })).toBe(saved);
        const content = (netfilter: Netfilter): unknown =>
          [...netfilter.ruleset.filter.chains.values()].map(({ name, policy, rules }) => [
            name,
            policy,
            rules.map(({ matches, target }) => ({ matches, target })),
          ]);
        expect(content(second)).toEqual(content(first));
      }),
    );
  });
});
