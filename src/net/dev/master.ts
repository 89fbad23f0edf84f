/** `ip link set DEV master BRIDGE` and `nomaster` (net/core/rtnetlink.c do_set_master, net/bridge/br_if.c br_add_if). */
import { err, ok, type Result } from '../../lib/result.ts';
import { Bridge } from './bridge.ts';
import type { NetDevice } from './device.ts';

/** Makes a device a port of a bridge of its namespace, or takes it out; the error is what `ip` prints. */
export function setMaster(dev: NetDevice, master: string | null): Result<void, string> {
  if (master === null) {
    dev.master?.removePort(dev);
    return ok(undefined);
  }
  const bridge = dev.netns.link(master);
  if (bridge === undefined) return err(`Cannot find device "${master}"`);
  if (!(bridge instanceof Bridge) || bridge === dev) return err('RTNETLINK answers: Operation not supported');
  if (dev instanceof Bridge) return err('Error: Can not enslave a bridge to a bridge.');
  if (dev.master === bridge) return ok(undefined);
  dev.master?.removePort(dev);
  bridge.addPort(dev);
  return ok(undefined);
}
