/**
 * What dockerd leaves in a machine's network when it starts with its defaults: the bridge docker0 without a port, and the chains of its
 * bridge network (moby libnetwork/drivers/bridge/setup_ip_tables.go, libnetwork/firewall_linux.go). Pods have none of it; it takes
 * an interface index, and their packets pass DOCKER-USER and the isolation chains. Forwarding is on before dockerd starts, so it leaves the
 * policy of FORWARD alone.
 *
 * Simplification: the rules of IPv6 are left out, and nothing is ever started on docker0.
 */
import { cidr } from '../../lib/cidr.ts';
import { ip } from '../../lib/ip.ts';
import { mac } from '../../lib/mac.ts';
import type { Provenance } from '../../lib/provenance.ts';
import { ok, type Result } from '../../lib/result.ts';
import type { Kernel } from '../../net/kernel.ts';

const BRIDGE = 'docker0';

/** The rules in the order they stand in once all are inserted. */
const RULES = `*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o ${BRIDGE} -j MASQUERADE
-A DOCKER -i ${BRIDGE} -j RETURN
COMMIT
*filter
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o ${BRIDGE} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o ${BRIDGE} -j DOCKER
-A FORWARD -i ${BRIDGE} ! -o ${BRIDGE} -j ACCEPT
-A FORWARD -i ${BRIDGE} -o ${BRIDGE} -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i ${BRIDGE} ! -o ${BRIDGE} -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o ${BRIDGE} -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
COMMIT
`;

export function startDockerBridge(kernel: Kernel): Result<void, string> {
  const by: Provenance = { actor: 'dockerd', action: 'bridge network', object: null };
  const { root } = kernel;
  // GenerateRandomMAC: Docker's two octets, the rest by chance.
  const address = mac(`02:42${kernel.newMac().slice(5)}`);
  const added = root.addBridge({ name: BRIDGE, mac: address }, by);
  if (!added.ok) return added;
  const addressed = root.addAddress(BRIDGE, cidr('172.17.0.1/16'), { broadcast: ip('172.17.255.255') }, by);
  if (!addressed.ok) return addressed;
  const up = root.setLink(BRIDGE, { up: true }, by);
  if (!up.ok) return up;
  const restored = root.netfilter.restore(RULES, { noflush: true, counters: false, by });
  return restored.ok ? ok(undefined) : { ok: false, error: restored.error.map(({ text }) => text).join('; ') };
}
