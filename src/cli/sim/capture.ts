/** `sim --capture`: what tcpdump would print at a device, and the file it would write. */
import { writeFileSync } from 'node:fs';
import { capturePcap, captureText, type Tap } from '../../cluster/capture.ts';
import type { ProbeResult } from '../../cluster/cluster-api.ts';
import type { Place } from '../../cluster/commands.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Trace } from '../../net/trace/trace.ts';
import { placeText } from '../place.ts';
import type { CaptureOptions } from './options.ts';
import type { Streams } from '../start-cluster.ts';

export function printCapture(streams: Streams, { trace }: ProbeResult, options: CaptureOptions): Result<void, string> {
  const tap = tapOf(trace, options);
  const lines = tap === null ? [] : captureText(trace, tap);
  if (tap === null || lines.length === 0)
    return err(`no packet of this flow crossed ${options.dev} of ${placeText(options.place)}\n`);
  if (options.file !== null) {
    try {
      writeFileSync(options.file, capturePcap(trace, tap));
    } catch (error) {
      return err(`--write ${options.file}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  streams.out(lines.map(({ text }) => `${text}\n`).join(''));
  return ok(undefined);
}

/** The namespace of that place, as the trace names it; null where the flow did not come. */
function tapOf(trace: Trace, { place, dev }: CaptureOptions): Tap | null {
  const netns = netnsOf(place);
  const step = trace.steps.find((each) => each.netns === netns && (place.kind !== 'node' || each.node === place.name));
  return step === undefined ? null : { node: place.kind === 'external' ? 'external' : step.node, netns, dev };
}

function netnsOf(place: Place): string {
  return place.kind === 'pod' ? `${place.namespace}/${place.name}` : 'root';
}
