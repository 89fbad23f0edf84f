/**
 * Holds one probe against the real kernel: what each real connection did must be one of the things the simulator says can happen, and
 * of these every likely one must happen.
 */
import type { Place, ProbeSpec } from '../../cluster/commands.ts';
import { exportedPlaces } from '../../cluster/export/places.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import type { World } from '../../cluster/world.ts';
import { assertExists } from '../../lib/assert.ts';
import { NS_PER_S } from '../../sim/sim.ts';
import { placeText, targetText } from '../place.ts';
import type { HopReader } from './hop-lines.ts';
import { endText, observationText, type Observation } from './observation.ts';
import type { RealCluster, RealProbe } from './real-cluster.ts';
import { hasHops, simulate, type Simulated } from './simulated.ts';

/** One cluster, simulated and real. */
export interface BothClusters {
  readonly world: World;
  readonly snapshot: ClusterSnapshot;
  readonly real: RealCluster;
  /** Devices that are not built, as `NETNS DEVICE`. */
  readonly unbuilt: ReadonlySet<string>;
  readonly hops: HopReader;
  readonly unreachable: Allowance;
}

/** A kernel tells a peer that there is no way five times at once, then once a second (net/ipv4/route.c ip_error). */
export class Allowance {
  #atOnce = 5;

  /** Milliseconds to wait before the next may be told. */
  take(): number {
    this.#atOnce = Math.max(0, this.#atOnce - 1);
    return this.#atOnce > 0 ? 0 : UNREACHABLE_PAUSE_MS;
  }
}

const UNREACHABLE_PAUSE_MS = 1100;
/** So long a client waits for what will not come: time for the SYN and one more. */
const SHORT_S = 1.2;
/** Long enough for ARP to give up; and for a busy machine to answer. */
const LONG_S = 5;
/** Connections made before an end that was not seen counts as one that does not exist. */
const MAX_TRIES = 60;
/** Of these so many with their rules; the others show who answers. */
const COUNTED_TRIES = 2;

/** The lines of what differs, headed by the probe; none when all agrees; null when its packets pass what is not built. */
export async function checkProbe(both: BothClusters, probe: ProbeSpec): Promise<readonly string[] | null> {
  const way = wayOf(both, probe);
  if (way === null) return null;
  const lines = typeof way === 'string' ? [way] : await followWay(both, way);
  return lines.length === 0 ? [] : [probeText(probe), ...lines];
}

/** A probe with what the simulator says of it, and how long its client must wait to see that. */
interface Way {
  readonly probe: ProbeSpec;
  readonly simulated: Simulated;
  readonly seconds: number;
}

function wayOf(both: BothClusters, probe: ProbeSpec): Way | string | null {
  const within = (seconds: number): Simulated | string => simulate(both.world, { ...probe, waitNs: seconds * NS_PER_S }, both);
  const late = within(LONG_S);
  if (typeof late === 'string') return late;
  if (late.unbuilt) return null;
  if (!waits(late)) return { probe, simulated: late, seconds: LONG_S };
  const soon = within(SHORT_S);
  if (typeof soon === 'string') return soon;
  // ARP is in a hurry on the real side: what it brings within the long wait may be there within the short one.
  return { probe, simulated: { ...soon, observations: [...soon.observations, ...late.observations] }, seconds: SHORT_S };
}

function waits({ observations }: Simulated): boolean {
  return observations.some(({ outcome }) => outcome === 'timeout');
}

async function followWay(both: BothClusters, way: Way): Promise<readonly string[]> {
  const { observations, common } = way.simulated;
  const expected = new Set(observations.map(observationText));
  const ends = new Set(observations.map(endText));
  const missing = new Set(common.map(endText));
  for (let tries = 0; tries < MAX_TRIES && (tries === 0 || missing.size > 0); tries++) {
    if (tries < COUNTED_TRIES) {
      const found = await countedTry(both, way, expected);
      if (!expected.has(observationText(found))) return differenceLines(way.simulated, found);
      missing.delete(endText(found));
    } else {
      const found = endText(await both.real.probe(realProbe(both.snapshot, way.probe, way.seconds)));
      if (!ends.has(found)) return [`kernel     ${found}`, ...[...ends].map((end) => `simulator  ${end}`)];
      missing.delete(found);
    }
  }
  return [...missing].map((end) => `never seen in ${MAX_TRIES} connections: ${end}`);
}

/** One connection with its rules. What differs is tried once more: a busy machine may have been too late with a packet. */
async function countedTry(both: BothClusters, way: Way, expected: ReadonlySet<string>): Promise<Observation> {
  const found = await countedProbe(both, way);
  return expected.has(observationText(found)) ? found : countedProbe(both, way);
}

async function countedProbe({ snapshot, real, unreachable, hops }: BothClusters, way: Way): Promise<Observation> {
  const { probe, simulated, seconds } = way;
  if (simulated.observations.some(isTold)) await pause(unreachable.take());
  const { frames, ...found } = await real.countedProbe(realProbe(snapshot, probe, seconds));
  return { ...found, hops: hasHops(probe) ? hops.ofFrames(frames) : null };
}

/** An error that another machine sent because it has no route. */
function isTold({ outcome, replyTtl }: Observation): boolean {
  return outcome === 'network unreachable' && replyTtl !== null;
}

function pause(ms: number): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((done) => {
    AbortSignal.timeout(ms).addEventListener('abort', () => {
      done();
    });
  });
}

/** The probe by the names and addresses of the exported script. */
export function realProbe(snapshot: ClusterSnapshot, spec: ProbeSpec, seconds = LONG_S): RealProbe {
  const { from, to, port, protocol, bytes = 0 } = spec;
  const places = exportedPlaces(snapshot);
  const find = (place: Place): (typeof places)[number] => {
    const name = placeText(place);
    return assertExists(
      places.find(({ text }) => text === name),
      `${name} is exported`,
    );
  };
  const address = to.kind === 'address' ? to.address : to.kind === 'place' ? find(to.place).address : '';
  return { netns: find(from).netns, address, port, protocol, seconds, bytes };
}

function probeText({ from, to, port, protocol, bytes }: ProbeSpec): string {
  return `${placeText(from)} to ${targetText(to)}:${port} ${protocol}${bytes === undefined ? '' : ` ${bytes} bytes`}`;
}

/** What was found, beside the expected observation that is most like it. */
function differenceLines({ observations }: Simulated, found: Observation): readonly string[] {
  const sameEnd = observations.filter((other) => endText(other) === endText(found));
  const inCommon = (a: readonly string[], b: readonly string[]): number =>
    a.filter((line) => b.includes(line)).length - a.filter((line) => !b.includes(line)).length;
  const shared = ({ rules, hops }: Observation): number =>
    inCommon(rules, found.rules) + inCommon(hops ?? [], found.hops ?? []);
  const [closest] = [...(sameEnd.length > 0 ? sameEnd : observations)].sort((a, b) => shared(b) - shared(a));
  return [
    `kernel     ${endText(found)}`,
    ...(sameEnd.length > 0 ? [] : observations.map((other) => `simulator  ${endText(other)}`)),
    ...found.rules
      .filter((rule) => closest?.rules.includes(rule) === false)
      .map((rule) => `hit in the kernel alone     ${rule}`),
    ...(closest?.rules ?? [])
      .filter((rule) => !found.rules.includes(rule))
      .map((rule) => `hit in the simulator alone  ${rule}`),
    ...hopDifference(found.hops ?? [], closest?.hops ?? []),
  ];
}

/** From the first hop that differs on, both ways whole. */
function hopDifference(kernel: readonly string[], simulator: readonly string[]): readonly string[] {
  const at = kernel.findIndex((line, index) => line !== simulator[index]);
  if (at < 0 && kernel.length === simulator.length) return [];
  const from = at < 0 ? kernel.length : at;
  return [
    `ways part after hop ${from}`,
    ...kernel.slice(from).map((line) => `kernel     ${line}`),
    ...simulator.slice(from).map((line) => `simulator  ${line}`),
  ];
}
