/**
 * PLACE and TARGET of the command line and of recorded probes: `node/class`, `pod/client`, `pod/kube-system/x`, `external`, `netns/class/by-hand`;
 * a target is a place, `svc/web`, `svc/NAMESPACE/web`, an address or a host name, then `:PORT`.
 */
export { placeText, targetText } from '../cluster/command-title.ts';
import { isHostName, type Place, type Target } from '../cluster/commands.ts';
import { parseIp } from '../lib/ip.ts';
import { err, ok, type Result } from '../lib/result.ts';

const DEFAULT_NAMESPACE = 'default';

/** The place of that text; the error says what would have been right. */
export function parsePlace(text: string): Result<Place, string> {
  if (text === 'external') return ok({ kind: 'external' });
  const [kind, first = '', second, ...rest] = text.split('/');
  if (rest.length === 0 && first !== '' && second !== '') {
    if (kind === 'node' && second === undefined) return ok({ kind: 'node', name: first });
    if (kind === 'netns' && second !== undefined) return ok({ kind: 'netns', node: first, name: second });
    if (kind === 'pod')
      return ok({
        kind: 'pod',
        ...(second === undefined ? { namespace: DEFAULT_NAMESPACE, name: first } : { namespace: first, name: second }),
      });
  }
  return err(`${JSON.stringify(text)} is no place: node/NAME, pod/NAME, pod/NAMESPACE/NAME, netns/NODE/NAME or external`);
}

/** The target of that text and its port. */
export function parseTarget(text: string): Result<{ readonly to: Target; readonly port: number }, string> {
  const colon = text.lastIndexOf(':');
  const port = text.slice(colon + 1);
  if (colon < 0 || !/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65535)
    return err(`${JSON.stringify(text)} is no target: it must end in :PORT, a number from 1 to 65535`);
  const to = targetOf(text.slice(0, colon));
  return to.ok ? ok({ to: to.value, port: Number(port) }) : to;
}

function targetOf(text: string): Result<Target, string> {
  const address = parseIp(text);
  if (address !== null) return ok({ kind: 'address', address });
  const [kind, first = '', second, ...rest] = text.split('/');
  if (kind === 'svc' && first !== '' && second !== '' && rest.length === 0) {
    const [namespace, name] = second === undefined ? [DEFAULT_NAMESPACE, first] : [first, second];
    return ok({ kind: 'svc', namespace, name });
  }
  const place = parsePlace(text);
  if (place.ok) return ok({ kind: 'place', place: place.value });
  if (isHostName(text)) return ok({ kind: 'name', name: text });
  return err(
    `${JSON.stringify(text)} is no target: node/NAME, pod/NAME, pod/NAMESPACE/NAME, external, svc/NAME, svc/NAMESPACE/NAME, an address or a host name`,
  );
}
