/**
 * The `calico` CNI plugin with `calico-ipam` (cni-plugin pkg/plugin/plugin.go, pkg/k8s/k8s.go, pkg/dataplane/linux/dataplane_linux.go of
 * v3.23): a veth pair without a bridge, /32 in the Pod, a gateway that nobody has and the node answers for by proxy ARP.
 *
 * Both ends are made in the Pod and the node's end is moved out, so the Pod's eth0 has the number after its peer's first one.
 * The list is /etc/cni/net.d/10-calico.conflist, network `k8s-pod-network`. Seen with `ip route` and `ip neigh` on both sides.
 * Both ADD and DEL fail while the datastore, which is the Kubernetes API, is not to be reached.
 * Simplification: a DEL that fails so takes the device all the same, and gives the address back when the API server answers, where the kubelet
 * would repeat it until then.
 * Simplification: annotations ipAddrsNoIpam, floatingIPs, hwAddr are not read; a Pod's traffic is not held back until Felix has its
 * chains, which are there at once.
 */
import type { Pod } from '../../../api/types/pod.ts';
import type { ApiClient } from '../../../api/watch.ts';
import { isList } from '../../../api/json.ts';
import { cidrOf, networkCidr, parseCidr, type Cidr } from '../../../lib/cidr.ts';
import { ip, parseIp, type IpAddr } from '../../../lib/ip.ts';
import { mac } from '../../../lib/mac.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { Kernel } from '../../../net/kernel.ts';
import type { PluginFailure } from '../../runtime/words.ts';
import { byPlugin, type CniContext, type CniPlugin, type CniResult } from '../plugin.ts';
import { CalicoNode, type CalicoNodeOptions } from './calico-node.ts';
import { workloadDevice } from './names.ts';
import { poolsOf } from './pool.ts';

const NETWORK_NAME = 'k8s-pod-network';
/** Every node end has this link address: it need not be told apart, for each is alone on its link. */
const HOST_MAC = mac('ee:ee:ee:ee:ee:ee');
const GATEWAY = ip('169.254.1.1');
const IP_ADDRS = 'cni.projectcalico.org/ipAddrs';
const IPV4_POOLS = 'cni.projectcalico.org/ipv4pools';
const NOT_RUNNING =
  'stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/';

export class CalicoPlugin implements CniPlugin {
  readonly networkName = NETWORK_NAME;
  readonly #kernel: Kernel;
  readonly #api: ApiClient;
  readonly #node: CalicoNode;

  constructor(options: CalicoNodeOptions) {
    this.#kernel = options.kernel;
    this.#api = options.api;
    this.#node = new CalicoNode(options);
  }

  /** The init container `install-cni` has put the list in place; whether calico-node is up is another question. */
  get ready(): boolean {
    return true;
  }

  get daemonProblem(): string | null {
    return this.#node.felix.problem;
  }

  setupNode(): void {
    this.#node.start();
  }

  teardownNode(): void {
    this.#node.stop();
  }

  onReadyChange(_listener: () => void): void {
    // The list is there from the start.
  }

  cmdAdd(context: CniContext): Result<CniResult, PluginFailure> {
    if (!this.#node.running) return failure(NOT_RUNNING);
    const unreachable = this.#datastoreProblem();
    if (unreachable !== null) return failure(unreachable);
    const pod = this.#api.get('Pod', context.podNamespace, context.podName);
    const address = this.#assign(context, pod);
    if (!address.ok) return failure(address.error);
    const connected = this.#connect(context, address.value, pod);
    if (connected.ok) {
      this.#annotate(context, address.value);
      return connected;
    }
    this.#node.ipam.releaseByHandle(handleOf(context));
    return failure(connected.error);
  }

  /** Address back to IPAM, the Pod's device deleted, and with it the node's end and its route. */
  cmdDel(context: CniContext): Result<void, PluginFailure> {
    this.#release(handleOf(context));
    this.#node.felix.removeEndpoint(workloadDevice(context.podNamespace, context.podName));
    if (context.netns.link(context.ifName) === undefined) return ok(undefined);
    const deleted = context.netns.deleteLink(context.ifName, byPlugin('calico', 'cmdDel', context));
    return deleted.ok ? deleted : failure(deleted.error);
  }

  cmdCheck(context: CniContext): Result<void, PluginFailure> {
    const address = this.#node.ipam.addressOf(handleOf(context));
    const device = context.netns.link(context.ifName);
    const has = address !== null && device?.addresses.some((entry) => entry.address === cidrOf(address, 32)) === true;
    return has ? ok(undefined) : failure(`interface ${context.ifName} does not have the address that IPAM gave it`);
  }

  /** What the plugin asks first, to learn whether the datastore may be used (ClusterInformation). */
  #datastoreProblem(): string | null {
    const error = this.#api.unreachable();
    if (error === null) return null;
    const host = this.#api.get('Service', 'default', 'kubernetes')?.spec.clusterIP ?? '';
    return (
      `error getting ClusterInformation: Get "https://[${host}]:443/apis/crd.projectcalico.org/v1/clusterinformations/default": ` +
      `dial tcp ${host}:443: connect: ${error}`
    );
  }

  /** An address that the datastore did not hear of being free is told when it answers. */
  #release(handle: string): void {
    if (this.#api.unreachable() === null) {
      this.#node.ipam.releaseByHandle(handle);
      return;
    }
    const unwait = this.#api.onResume(() => {
      unwait();
      this.#node.ipam.releaseByHandle(handle);
    });
  }

  #assign(context: CniContext, pod: Pod | null): Result<IpAddr, string> {
    const claim = {
      handle: handleOf(context),
      attributes: { namespace: context.podNamespace, pod: context.podName },
    };
    const annotations = pod?.metadata.annotations ?? {};
    const fixed = annotations[IP_ADDRS];
    if (fixed !== undefined) {
      const wanted = validateAndExtractIPs(fixed, IP_ADDRS);
      return wanted.ok ? this.#node.ipam.assignIp(wanted.value, claim) : wanted;
    }
    const namespace = this.#api.get('Namespace', null, context.podNamespace);
    const pools = this.#resolvePools(annotations[IPV4_POOLS] ?? namespace?.metadata.annotations?.[IPV4_POOLS]);
    return pools.ok ? this.#node.ipam.autoAssign({ ...claim, use: 'Workload', pools: pools.value }) : pools;
  }

  /** ResolvePools: names and ranges; none asked for means any. */
  #resolvePools(annotation: string | undefined): Result<readonly Cidr[], string> {
    if (annotation === undefined) return ok([]);
    const names = parseStrings(annotation);
    if (!names.ok) return err(`failed to parse '${annotation}' as JSON: ${names.error}`);
    const pools = poolsOf(this.#api);
    const ranges: Cidr[] = [];
    for (const name of names.value) {
      const range = parseCidr(name);
      const pool = pools.find((each) => each.name === name)?.cidr ?? (range === null ? undefined : networkCidr(range));
      if (pool === undefined) return err(`error parsing pool "${name}": invalid CIDR address: ${name}`);
      ranges.push(pool);
    }
    return ok(ranges);
  }

  /** DoNetworking. */
  #connect(context: CniContext, address: IpAddr, pod: Pod | null): Result<CniResult, string> {
    const { netns, ifName, podNamespace } = context;
    const by = byPlugin('calico', 'cmdAdd', context);
    const device = workloadDevice(context.podNamespace, context.podName);
    const { root } = this.#kernel;
    // A device of that name is left over from a sandbox that was not torn down.
    if (root.link(device) !== undefined) root.deleteLink(device, by);
    // The node's end was in the Pod before it was moved: it has had a number there.
    netns.nextIfindex();
    const made = netns.addVeth(
      { name: ifName, mtu: this.#node.felix.mtu, qlen: 0, peer: { name: device, netns: root, mac: HOST_MAC } },
      by,
    );
    if (!made.ok) return err(`failed to create veth pair: ${made.error}`);
    const done = firstError([
      () => netns.setLink(ifName, { up: true }, by),
      () => root.setLink(device, { up: true }, by),
      () => netns.addRoute({ dst: cidrOf(GATEWAY, 32), dev: ifName, scope: 'link' }, by),
      () => netns.addRoute({ dst: 'default', via: GATEWAY, dev: ifName }, by),
      () => netns.addAddress(ifName, cidrOf(address, 32), {}, by),
      () => this.#setSysctls(device),
      () => root.addRoute({ dst: cidrOf(address, 32), dev: device, scope: 'link' }, by),
    ]);
    if (!done.ok) return done;
    this.#node.felix.addEndpoint({
      device,
      namespace: podNamespace,
      serviceAccount: pod?.spec.serviceAccountName ?? 'default',
    });
    const interfaces = [
      { name: device, mac: HOST_MAC, sandbox: null },
      { name: ifName, mac: netns.link(ifName)?.mac ?? HOST_MAC, sandbox: netns.name },
    ];
    return ok({ interfaces, ips: [{ interface: 1, address: cidrOf(address, 32), gateway: null }], routes: [] });
  }

  /** configureSysctls: the node's end answers for everybody and takes what comes. */
  #setSysctls(device: string): Result<void, string> {
    const { sysctl } = this.#kernel.root;
    return firstError(
      ['route_localnet', 'proxy_arp', 'forwarding'].map((key) => () => sysctl.set(`net.ipv4.conf.${device}.${key}`, '1')),
    );
  }

  /** What the plugin writes on the Pod once it is connected. */
  #annotate({ podNamespace, podName, containerId }: CniContext, address: IpAddr): void {
    const annotations = {
      'cni.projectcalico.org/containerID': containerId,
      'cni.projectcalico.org/podIP': `${address}/32`,
      'cni.projectcalico.org/podIPs': `${address}/32`,
    };
    this.#api.patch('Pod', podNamespace, podName, { metadata: { annotations } });
  }
}

function handleOf({ containerId }: CniContext): string {
  return `${NETWORK_NAME}.${containerId}`;
}

function failure(message: string): Result<never, PluginFailure> {
  return err({ type: 'calico', network: NETWORK_NAME, message });
}

function firstError(steps: readonly (() => Result<unknown, string>)[]): Result<void, string> {
  for (const step of steps) {
    const done = step();
    if (!done.ok) return done;
  }
  return ok(undefined);
}

/** validateAndExtractIPs: one IPv4 address in a JSON list. */
function validateAndExtractIPs(text: string, annotation: string): Result<IpAddr, string> {
  const list = parseStrings(text);
  if (!list.ok)
    return err(`failed to parse IPs ${text} for annotation "${annotation}": failed to parse '${text}' as JSON: ${list.error}`);
  const [first, ...others] = list.value;
  if (first === undefined) return err(`annotation "${annotation}" specified but empty`);
  const invalid = list.value.find((each) => parseIp(each) === null);
  if (invalid !== undefined) return err(`invalid IP format: ${invalid}`);
  return others.length > 0 ? err(`cannot have more than one IPv4 address for "${annotation}" annotation`) : ok(ip(first));
}

/** A JSON list of texts, or what Go's decoder says of something else. */
function parseStrings(text: string): Result<readonly string[], string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const first = text.trim().charAt(0);
    return err(
      first === ''
        ? 'unexpected end of JSON input'
        : /[[{"\d]/.test(first)
          ? `invalid character in '${text}'`
          : `invalid character '${first}' looking for beginning of value`,
    );
  }
  if (isList(value) && value.every((item) => typeof item === 'string')) return ok(value);
  return err(`json: cannot unmarshal ${isList(value) ? 'array item' : typeof value} into Go value of type []string`);
}
