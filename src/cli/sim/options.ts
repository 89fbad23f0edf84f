/**
 * The command line of `sim`: what is asked for, or what is wrong with it.
 */
import { parseArgs } from 'node:util';
import { MAX_PROBE_BYTES, type Place, type ProbeSpec } from '../../cluster/commands.ts';
import {
  DEFAULT_BITS_PER_SECOND,
  DEFAULT_SECONDS,
  MAX_BITS_PER_SECOND,
  MAX_SECONDS,
  MIN_BITS_PER_SECOND,
} from '../../cluster/throughput/limits.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { parsePlace, parseTarget } from '../place.ts';

export const USAGE = `usage: npm run -s sim -- --scenario NAME_OR_PATH --from PLACE --to TARGET [option]...

Sends a packet through a simulated cluster and prints its journey.

  --scenario NAME_OR_PATH  a folder of scenarios/, or any folder that holds a scenario.yaml
  --from PLACE             node/NAME, pod/NAME, pod/NAMESPACE/NAME or external
  --to TARGET              a PLACE, svc/NAME, svc/NAMESPACE/NAME, an address or a host name, then :PORT
  --protocol tcp|udp       tcp where left out
  --bytes N                data the client sends: the body of a POST, or a datagram
  --sport N                the client's own port, udp only; a free one where left out
  --apply FILE             applies a manifest first; may be given several times
  --seed N                 where all chance comes from, in place of the scenario's own
  --count N                N connections: the spread over the back ends beside the expected one
  --iperf [SECONDS]        what iperf3 would measure in so many seconds, 10 where left out
  --bitrate N[KMG]         with --iperf and --protocol udp, what the client keeps to; 1 Mbit/s where left out
  --capture PLACE:DEV      what tcpdump would print there, in place of the journey: node/class:flannel.1, pod/web:eth0
  --write FILE             with --capture, the packets as a file for Wireshark and tcpdump -r
  --all                    every packet of the conversation, not only the first and what answered it
  --json                   the trace as JSON (docs/trace.schema.json)

Exit status: 0 answered, 1 refused, lost or timed out, 2 wrong use.
`;

/** A device to listen at. */
export interface CaptureOptions {
  readonly place: Place;
  readonly dev: string;
  /** The file to write; null for none. */
  readonly file: string | null;
}

/** A measurement in place of a journey. */
export interface IperfOptions {
  readonly seconds: number;
  readonly bitsPerSecond: number;
}

export interface SimOptions {
  readonly scenario: string;
  readonly probe: ProbeSpec;
  readonly apply: readonly string[];
  /** Null: the scenario's. */
  readonly seed: number | null;
  /** Null: one packet, with its journey. */
  readonly count: number | null;
  /** Null: nothing is measured. */
  readonly iperf: IperfOptions | null;
  /** Null: the journey is printed. */
  readonly capture: CaptureOptions | null;
  readonly all: boolean;
  readonly json: boolean;
}

const MAX_SEED = 0xffff_ffff;
const MAX_COUNT = 100_000;

const FLAGS = {
  scenario: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  protocol: { type: 'string' },
  bytes: { type: 'string' },
  sport: { type: 'string' },
  apply: { type: 'string', multiple: true },
  seed: { type: 'string' },
  count: { type: 'string' },
  iperf: { type: 'string' },
  bitrate: { type: 'string' },
  capture: { type: 'string' },
  write: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Flags = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values'];

/** What the arguments ask for, or 'help'; the error is one line. */
export function parseOptions(argv: readonly string[]): Result<SimOptions | 'help', string> {
  const flags = parseFlags(argv);
  if (!flags.ok) return flags;
  if (flags.value.help === true) return ok('help');
  return optionsOf(flags.value);
}

/** `--iperf` alone stands for its usual time. */
function withSeconds(argv: readonly string[]): string[] {
  return argv.map((word, index) =>
    word === '--iperf' && !/^\d/.test(argv[index + 1] ?? '') ? `--iperf=${DEFAULT_SECONDS}` : word,
  );
}

function parseFlags(argv: readonly string[]): Result<Flags, string> {
  try {
    return ok(parseArgs({ args: withSeconds(argv), options: FLAGS, strict: true, allowPositionals: false }).values);
  } catch (error) {
    // parseArgs says what is wrong by throwing; anything else is our own mistake.
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
      return err(error.message);
    throw error;
  }
}

function optionsOf(flags: Flags): Result<SimOptions, string> {
  const missing = (['scenario', 'from', 'to'] as const).find((name) => flags[name] === undefined);
  if (missing !== undefined) return err(`--${missing} is missing`);
  const { protocol = 'tcp' } = flags;
  if (protocol !== 'tcp' && protocol !== 'udp') return err(`--protocol must be tcp or udp, not ${JSON.stringify(protocol)}`);
  const from = parsePlace(flags.from ?? '');
  if (!from.ok) return err(`--from: ${from.error}`);
  const target = parseTarget(flags.to ?? '');
  if (!target.ok) return err(`--to: ${target.error}`);
  const bytes = wholeNumber('bytes', flags.bytes, { min: 0, max: MAX_PROBE_BYTES });
  if (!bytes.ok) return bytes;
  const sport = wholeNumber('sport', flags.sport, { min: 1, max: 65_535 });
  if (!sport.ok) return sport;
  if (sport.value !== null && protocol !== 'udp') return err('--sport is for --protocol udp');
  const seed = wholeNumber('seed', flags.seed, { min: 0, max: MAX_SEED });
  if (!seed.ok) return seed;
  const count = wholeNumber('count', flags.count, { min: 1, max: MAX_COUNT });
  if (!count.ok) return count;
  const capture = captureOptions(flags);
  if (!capture.ok) return capture;
  const iperf = iperfOptions(flags, protocol);
  if (!iperf.ok) return iperf;
  return ok({
    scenario: flags.scenario ?? '',
    probe: {
      from: from.value,
      ...target.value,
      protocol,
      ...(bytes.value === null ? {} : { bytes: bytes.value }),
      ...(sport.value === null ? {} : { sport: sport.value }),
    },
    apply: flags.apply ?? [],
    seed: seed.value,
    count: count.value,
    iperf: iperf.value,
    capture: capture.value,
    all: flags.all === true,
    json: flags.json === true,
  });
}

/** What a measurement has no use for. */
const NOT_WITH_IPERF = ['count', 'capture', 'bytes', 'sport', 'all', 'json'] as const;

function iperfOptions(flags: Flags, protocol: 'tcp' | 'udp'): Result<IperfOptions | null, string> {
  if (flags.iperf === undefined) return flags.bitrate === undefined ? ok(null) : err('--bitrate goes with --iperf');
  const other = NOT_WITH_IPERF.find((name) => flags[name] !== undefined);
  if (other !== undefined) return err(`--iperf and --${other} do not go together`);
  if (flags.bitrate !== undefined && protocol !== 'udp') return err('--bitrate is for --protocol udp');
  const seconds = wholeNumber('iperf', flags.iperf, { min: 1, max: MAX_SECONDS });
  if (!seconds.ok) return seconds;
  const bitsPerSecond = bitrate(flags.bitrate);
  if (!bitsPerSecond.ok) return bitsPerSecond;
  return ok({ seconds: seconds.value ?? DEFAULT_SECONDS, bitsPerSecond: bitsPerSecond.value });
}

/** As iperf3 reads one: K, M and G are thousands (src/units.c unit_atof_rate). */
function bitrate(text: string | undefined): Result<number, string> {
  if (text === undefined) return ok(DEFAULT_BITS_PER_SECOND);
  const [, number = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([KMG]?)$/i.exec(text) ?? [];
  const value = number === '' ? Number.NaN : Number(number) * 1000 ** ['', 'K', 'M', 'G'].indexOf(unit.toUpperCase());
  return value >= MIN_BITS_PER_SECOND && value <= MAX_BITS_PER_SECOND
    ? ok(value)
    : err(`--bitrate must be bits a second from 1K to 100G, not ${JSON.stringify(text)}`);
}

function captureOptions({ capture, write, count }: Flags): Result<CaptureOptions | null, string> {
  if (capture === undefined) return write === undefined ? ok(null) : err('--write goes with --capture');
  if (count !== undefined) return err('--capture and --count do not go together');
  const [, at = '', dev = ''] = /^(.*):([^:]+)$/.exec(capture) ?? [];
  if (dev === '') return err(`--capture ${JSON.stringify(capture)}: it must be PLACE:DEV, such as node/class:flannel.1`);
  const place = parsePlace(at);
  return place.ok ? ok({ place: place.value, dev, file: write ?? null }) : err(`--capture: ${place.error}`);
}

function wholeNumber(
  name: string,
  text: string | undefined,
  range: { readonly min: number; readonly max: number },
): Result<number | null, string> {
  if (text === undefined) return ok(null);
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= range.min && value <= range.max
    ? ok(value)
    : err(`--${name} must be a whole number from ${range.min} to ${range.max}, not ${JSON.stringify(text)}`);
}
