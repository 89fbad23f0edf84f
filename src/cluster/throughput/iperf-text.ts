/**
 * A measurement as `iperf3 -c` prints it (src/iperf_locale.c, src/units.c unit_snprintf). Of a sender's columns Cwnd is left out, as
 * iperf3 leaves it out where there is no congestion window to be read.
 */
import type { Interval } from './meter.ts';
import type { MeasuredThroughput } from './throughput.ts';

const SEPARATOR = '- - - - - - - - - - - - - - - - - - - - - - - - -';
const HEAD = '[ ID] Interval           Transfer     Bitrate';
/** The descriptor of the first stream's socket: standard input, output, error, epoll and the control connection come before. */
const ID = '[  5]';

export function iperfText(measured: MeasuredThroughput): string {
  const { local, remote, protocol, intervals } = measured;
  const [each, sum] = protocol === 'tcp' ? tcpLines(measured) : udpLines(measured);
  return [
    `Connecting to host ${remote.addr}, port ${remote.port}`,
    `${ID} local ${local.addr} port ${local.port} connected to ${remote.addr} port ${remote.port}`,
    `${HEAD}${protocol === 'tcp' ? '         Retr' : '         Total Datagrams'}`,
    ...intervals.map(each),
    SEPARATOR,
    `${HEAD}${protocol === 'tcp' ? '         Retr' : '         Jitter    Lost/Total Datagrams'}`,
    ...sum,
    '',
    'iperf Done.',
    '',
  ].join('\n');
}

type Lines = readonly [(interval: Interval) => string, readonly string[]];

function tcpLines({ sender, receiver }: MeasuredThroughput): Lines {
  const retr = (count: number): string => `  ${String(count).padStart(3)}            `;
  return [
    ({ from, to, sentBytes, retransmitted }) => `${span(from, to, sentBytes)}${retr(retransmitted)}`,
    [
      `${span(0, sender.seconds, sender.bytes)}${retr(sender.retransmitted)}sender`,
      `${span(0, receiver.seconds, receiver.bytes)}                  receiver`,
    ],
  ];
}

function udpLines({ sender, receiver }: MeasuredThroughput): Lines {
  const lost = sender.packets - receiver.packets;
  const count = (jitterMs: number, missing: number): string =>
    `  ${jitterMs.toFixed(3)} ms  ${missing}/${sender.packets} (${general((100 * missing) / Math.max(1, sender.packets))}%)  `;
  return [
    ({ from, to, sentBytes, packets }) => `${span(from, to, sentBytes)} ${' '.repeat(8)} ${packets}  `,
    [
      `${span(0, sender.seconds, sender.bytes)}${count(0, 0)}sender`,
      `${span(0, receiver.seconds, receiver.bytes)}${count(receiver.jitterMs, lost)}receiver`,
    ],
  ];
}

/** `[  5]   0.00-10.00  sec  26.7 MBytes  22.4 Mbits/sec`. */
function span(from: number, to: number, bytes: number): string {
  const rate = to > from ? bytes / (to - from) : 0;
  return `${ID} ${from.toFixed(2).padStart(6)}-${to.toFixed(2).padEnd(6)} sec  ${bytesText(bytes)}s  ${bitrateText(rate)}s/sec`;
}

function bytesText(bytes: number): string {
  return inUnits(bytes, 1024, ['Byte', 'KByte', 'MByte', 'GByte', 'TByte']);
}

/** `22.4 Mbit`, of bytes a second. */
export function bitrateText(bytesPerSecond: number): string {
  return inUnits(bytesPerSecond * 8, 1000, ['bit', 'Kbit', 'Mbit', 'Gbit', 'Tbit']);
}

function inUnits(amount: number, step: number, units: readonly string[]): string {
  let [value, unit] = [amount, 0];
  while (value >= step && unit < units.length - 1) {
    value /= step;
    unit++;
  }
  const digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits).padStart(4)} ${units[unit] ?? ''}`;
}

/** `%.2g`. */
function general(value: number): string {
  if (value === 0) return '0';
  const text = value.toPrecision(2);
  return text.includes('e') ? text.replace(/e([+-])(\d)$/, 'e$10$2') : String(Number(text));
}
