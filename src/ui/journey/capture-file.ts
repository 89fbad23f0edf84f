/** Saves what a device caught of the journey's packet, as a file for Wireshark and tcpdump. */
import { captureFileName, capturePcap, type Tap } from '../../cluster/capture.ts';
import type { Trace } from '../../net/trace/trace.ts';
import { download } from '../manifests/download.ts';

export function saveCapture(trace: Trace, tap: Tap): void {
  download(captureFileName(tap), capturePcap(trace, tap), 'application/vnd.tcpdump.pcap');
}
