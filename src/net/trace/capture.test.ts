import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lab, type Flow } from '../testing/lab.ts';
import { internetChecksum } from '../wire/checksum.ts';
import { encodeFrame } from '../wire/encode.ts';
import { FRAMES } from '../wire/frames.fixture.ts';
import { frameBytes } from '../wire/size.ts';
import { capture, captureFile, captureLines, type CapturedFrame, type Tap } from './capture.ts';

const EPOCH_MS = Date.parse('2026-01-01T21:50:03Z');
const NS_PER_MS = 1_000_000;

/** The fixture's frames, a millisecond apart, as if a device had seen them. */
const FIXTURE: readonly CapturedFrame[] = FRAMES.map(({ eth, l3 }, index) => ({
  t: 110_032_000 + index * NS_PER_MS,
  packetId: index + 1,
  seq: index,
  type: 'veth',
  eth,
  l3,
}));

const withTcpdump = test.skipIf(spawnSync('tcpdump', ['--version']).error !== undefined);

/** What `tcpdump ARGUMENTS -r` says of the frames. */
function tcpdump(frames: readonly CapturedFrame[], ...flags: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubehop-capture-'));
  try {
    const file = join(folder, 'frames.pcap');
    writeFileSync(file, captureFile(frames, EPOCH_MS));
    const run = spawnSync('tcpdump', ['-nn', ...flags, '-r', file], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    return run.stdout.trimEnd();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const lines = (frames: readonly CapturedFrame[]): string => captureLines(frames, EPOCH_MS).join('\n');

/** What tcpdump 4.99.3 printed of the fixture's capture file. */
const RECORDED = readFileSync(new URL('recorded/frames.tcpdump.txt', import.meta.url), 'utf8').trimEnd();

describe('a capture', () => {
  test('is printed as tcpdump printed it', () => {
    expect(lines(FIXTURE)).toBe(RECORDED);
  });

  withTcpdump('is read by the tcpdump of this machine as it was by the recorded one', () => {
    expect(tcpdump(FIXTURE)).toBe(RECORDED);
  });

  withTcpdump('has no checksum that tcpdump finds wrong', () => {
    expect(tcpdump(FIXTURE, '-vvv').match(/.*(incorrect|bad cksum|wrong|invalid|missing!).*/g)).toBe(null);
  });

  test('has every frame at its size on the wire', () => {
    expect(FRAMES.map((frame) => encodeFrame(frame).length)).toEqual(FRAMES.map(frameBytes));
  });

  test('sums up to all ones where a checksum covers it (RFC 1071)', () => {
    const [, , request] = FRAMES;
    const bytes = request === undefined ? new Uint8Array() : encodeFrame(request);
    const header = bytes.subarray(14, 34);
    const message = bytes.subarray(34);
    expect([header.length, message.length, internetChecksum(header), internetChecksum(message)]).toEqual([20, 64, 0, 0]);
  });
});

describe('what a device caught of a flow', () => {
  function flow(): { readonly flow: Flow; readonly taps: Readonly<Record<'pod' | 'port' | 'bridge', Tap>> } {
    const host = lab().island('host').bridge('br0', { address: '10.0.0.1/24' });
    const a = host.pod('a', { address: '10.0.0.2/24', master: 'br0' });
    const b = host.pod('b', { address: '10.0.0.3/24', master: 'br0' });
    b.listen(80, () => 'hello');
    const tap = (netns: string, dev: string): Tap => ({ node: 'host', netns, dev });
    return {
      flow: a.tcp('10.0.0.3', 80),
      taps: { pod: tap('a', 'eth0'), port: tap('root', 'veth-b'), bridge: tap('root', 'br0') },
    };
  }

  test('is the same conversation at both ends of its way, and nothing of it on the bridge itself but ARP', () => {
    const { flow: sent, taps } = flow();
    const flags = (tap: Tap): readonly string[] =>
      captureLines(capture(sent.trace, tap), EPOCH_MS).flatMap((line) => /(ARP, \w+|Flags \[\S+\])/.exec(line)?.[0] ?? []);
    expect(flags(taps.pod)).toEqual([
      'ARP, Request',
      'ARP, Reply',
      'Flags [S]',
      'Flags [S.]',
      'Flags [.]',
      'Flags [P.]',
      'Flags [.]',
      'Flags [P.]',
      'Flags [.]',
      'Flags [F.]',
      'Flags [F.]',
      'Flags [.]',
    ]);
    expect(flags(taps.port).toSorted()).toEqual(flags(taps.pod).toSorted());
    expect(flags(taps.bridge)).toEqual(['ARP, Request']);
  });

  test('on lo each packet is caught once', () => {
    const { host } = lab().machines({ host: '192.168.1.1/24' });
    host.up('lo').listen(80);
    const { trace } = host.tcp('127.0.0.1', 80);
    const caught = capture(trace, { node: 'host', netns: 'root', dev: 'lo' });
    expect(new Set(caught.map(({ packetId }) => packetId)).size).toBe(caught.length);
    const line = captureLines(caught, EPOCH_MS)[0] ?? '';
    expect(line).toContain('win 65495, options [mss 65495,sackOK');
  });

  withTcpdump('is read by tcpdump as it is printed here', () => {
    const { flow: sent, taps } = flow();
    for (const tap of Object.values(taps)) {
      const frames = capture(sent.trace, tap);
      expect(tcpdump(frames)).toBe(lines(frames));
    }
  });
});
