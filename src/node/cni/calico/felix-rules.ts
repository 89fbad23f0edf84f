/**
 * Felix's chains for a node and its Pods where no policy is written (felix/rules static.go, endpoints.go, dispatch.go, nat.go,
 * policy.go of v3.23).
 *
 * Jumps into them are inserted first in raw, mangle, filter and nat. Marks: accept 0x10000, pass 0x20000, scratch 0x40000 and 0x80000.
 * Simplification: no policies (Calico's or Kubernetes' NetworkPolicy), host endpoints, floating IPs or failsafe ports: their chains are
 * there and empty; the chains of namespaces' and service accounts' profiles accept everything, as Calico's own do.
 */
import { chainName, type FelixChain, type FelixRule } from './felix-chain.ts';

export const ACCEPT_MARK = '0x10000';
const SCRATCH = '0x40000';

/** Names of Felix's sets for IPv4. */
export const SETS = {
  hosts: 'cali40all-hosts-net',
  vxlan: 'cali40all-vxlan-net',
  pools: 'cali40all-ipam-pools',
  masquerade: 'cali40masq-ipam-pools',
  thisHost: 'cali40this-host',
} as const;

export interface FelixConfig {
  readonly ipip: boolean;
  readonly vxlan: boolean;
  /** A pool has natOutgoing. */
  readonly natOutgoing: boolean;
  /** DefaultEndpointToHostAction: what a Pod may do with its own node. */
  readonly endpointToHost: 'DROP' | 'RETURN' | 'ACCEPT';
}

/** A Pod's end on the node. */
export interface FelixEndpoint {
  readonly device: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

export type FelixTable = 'raw' | 'mangle' | 'filter' | 'nat';

/** What a table gets: its chains, jumps put first in base chains, rules put last. */
export interface FelixTableRules {
  readonly chains: readonly FelixChain[];
  readonly inserts: readonly FelixChain[];
  readonly appends: readonly FelixChain[];
}

const jump = (to: string): string => `--jump ${to}`;
const goTo = (to: string): string => `--goto ${to}`;
const clearMark = (mask: string): string => `--jump MARK --set-mark 0/${mask}`;
const setMark = (mark: string): string => `--jump MARK --set-mark ${mark}/${mark}`;
const isMarked = (mark: string): string => `-m mark --mark ${mark}/${mark}`;
const notMarked = (mark: string): string => `-m mark --mark 0/${mark}`;
const empty = (name: string): FelixChain => ({ name, rules: [] });

const HEP_ACCEPTED = ['Host endpoint policy accepted packet.'];

function inserts(...pairs: readonly (readonly [base: string, to: string])[]): readonly FelixChain[] {
  return pairs.map(([name, to]) => ({ name, rules: [{ action: jump(to) }] }));
}

export function felixRules(
  config: FelixConfig,
  endpoints: readonly FelixEndpoint[],
): Readonly<Record<FelixTable, FelixTableRules>> {
  return { raw: rawRules(), mangle: mangleRules(), filter: filterRules(config, endpoints), nat: natRules(config) };
}

function rawRules(): FelixTableRules {
  const accepted: FelixRule = { match: isMarked(ACCEPT_MARK), action: jump('ACCEPT') };
  return {
    chains: [
      {
        name: 'cali-PREROUTING',
        rules: [
          { action: clearMark('0xf0000') },
          { match: '--in-interface cali+', action: setMark(SCRATCH) },
          { match: isMarked(SCRATCH), action: jump('cali-rpf-skip') },
          { match: `${isMarked(SCRATCH)} -m rpfilter --invert --validmark`, action: jump('DROP') },
          { match: notMarked(SCRATCH), action: jump('cali-from-host-endpoint') },
          accepted,
        ],
      },
      {
        name: 'cali-OUTPUT',
        rules: [{ action: clearMark('0xf0000') }, { action: jump('cali-to-host-endpoint') }, accepted],
      },
      empty('cali-rpf-skip'),
      empty('cali-from-host-endpoint'),
      empty('cali-to-host-endpoint'),
    ],
    inserts: inserts(['PREROUTING', 'cali-PREROUTING'], ['OUTPUT', 'cali-OUTPUT']),
    appends: [],
  };
}

function mangleRules(): FelixTableRules {
  return {
    chains: [
      {
        name: 'cali-PREROUTING',
        rules: [
          { match: '-m conntrack --ctstate RELATED,ESTABLISHED', action: jump('ACCEPT') },
          { match: isMarked(ACCEPT_MARK), action: jump('ACCEPT') },
          { action: jump('cali-from-host-endpoint') },
          { comments: HEP_ACCEPTED, match: isMarked(ACCEPT_MARK), action: jump('ACCEPT') },
        ],
      },
      {
        name: 'cali-POSTROUTING',
        rules: [
          { match: isMarked(ACCEPT_MARK), action: jump('RETURN') },
          { action: clearMark('0xf0000') },
          { match: '-m conntrack --ctstate DNAT', action: jump('cali-to-host-endpoint') },
          { comments: HEP_ACCEPTED, match: isMarked(ACCEPT_MARK), action: jump('RETURN') },
        ],
      },
      empty('cali-from-host-endpoint'),
      empty('cali-to-host-endpoint'),
    ],
    inserts: inserts(['PREROUTING', 'cali-PREROUTING'], ['POSTROUTING', 'cali-POSTROUTING']),
    appends: [],
  };
}

function natRules(config: FelixConfig): FelixTableRules {
  return {
    chains: [
      { name: 'cali-PREROUTING', rules: [{ action: jump('cali-fip-dnat') }] },
      { name: 'cali-OUTPUT', rules: [{ action: jump('cali-fip-dnat') }] },
      postrouting(config, [{ action: jump('cali-fip-snat') }]),
      natOutgoing(config),
      empty('cali-fip-dnat'),
      empty('cali-fip-snat'),
    ],
    inserts: inserts(['PREROUTING', 'cali-PREROUTING'], ['OUTPUT', 'cali-OUTPUT'], ['POSTROUTING', 'cali-POSTROUTING']),
    appends: [],
  };
}

/** Where policy is not wanted, this is all there is: what leaves the pools is masqueraded. */
export function natOutgoingOnly(config: FelixConfig): Readonly<Record<FelixTable, FelixTableRules>> {
  const none: FelixTableRules = { chains: [], inserts: [], appends: [] };
  const chains = [postrouting(config, []), natOutgoing(config)];
  return {
    raw: none,
    mangle: none,
    filter: none,
    nat: { chains, inserts: inserts(['POSTROUTING', 'cali-POSTROUTING']), appends: [] },
  };
}

function postrouting({ ipip, vxlan }: FelixConfig, first: readonly FelixRule[]): FelixChain {
  // The source of what the node sends was chosen before nat moved the packet to the tunnel.
  const tunnels = [...(ipip ? ['tunl0'] : []), ...(vxlan ? ['vxlan.calico'] : [])].map((device) => ({
    match: `--out-interface ${device} -m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL`,
    action: '--jump MASQUERADE --random-fully',
  }));
  return { name: 'cali-POSTROUTING', rules: [...first, { action: jump('cali-nat-outgoing') }, ...tunnels] };
}

function natOutgoing({ natOutgoing: active }: FelixConfig): FelixChain {
  const match = `-m set --match-set ${SETS.masquerade} src -m set ! --match-set ${SETS.pools} dst`;
  return { name: 'cali-nat-outgoing', rules: active ? [{ match, action: '--jump MASQUERADE --random-fully' }] : [] };
}

function filterRules(config: FelixConfig, endpoints: readonly FelixEndpoint[]): FelixTableRules {
  return {
    chains: [
      inputChain(config),
      outputChain(config),
      {
        name: 'cali-FORWARD',
        rules: [
          { action: clearMark('0xe0000') },
          { match: notMarked(ACCEPT_MARK), action: jump('cali-from-hep-forward') },
          { match: '--in-interface cali+', action: jump('cali-from-wl-dispatch') },
          { match: '--out-interface cali+', action: jump('cali-to-wl-dispatch') },
          { action: jump('cali-to-hep-forward') },
          { action: jump('cali-cidr-block') },
        ],
      },
      {
        name: 'cali-wl-to-host',
        rules: [
          { action: jump('cali-from-wl-dispatch') },
          { comments: ['Configured DefaultEndpointToHostAction'], action: jump(config.endpointToHost) },
        ],
      },
      ...[
        'cali-cidr-block',
        'cali-from-hep-forward',
        'cali-to-hep-forward',
        'cali-from-host-endpoint',
        'cali-to-host-endpoint',
      ].map(empty),
      ...dispatchChains('cali-from-wl-dispatch', endpoints, { option: '--in-interface', prefix: 'cali-fw-' }),
      ...dispatchChains('cali-to-wl-dispatch', endpoints, { option: '--out-interface', prefix: 'cali-tw-' }),
      ...endpoints.flatMap(endpointChains),
      ...profileChains(endpoints),
    ],
    inserts: inserts(['INPUT', 'cali-INPUT'], ['FORWARD', 'cali-FORWARD'], ['OUTPUT', 'cali-OUTPUT']),
    appends: [
      {
        name: 'FORWARD',
        rules: [
          { comments: ['Policy explicitly accepted packet.'], match: isMarked(ACCEPT_MARK), action: jump('ACCEPT') },
          { action: setMark(ACCEPT_MARK) },
        ],
      },
    ],
  };
}

function inputChain({ ipip, vxlan }: FelixConfig): FelixChain {
  return {
    name: 'cali-INPUT',
    rules: [
      ...(ipip
        ? [
            {
              comments: ['Allow IPIP packets from Calico hosts'],
              match: `-p 4 -m set --match-set ${SETS.hosts} src -m addrtype --dst-type LOCAL`,
              action: jump('ACCEPT'),
            },
            { comments: ['Drop IPIP packets from non-Calico hosts'], match: '-p 4', action: jump('DROP') },
          ]
        : []),
      ...(vxlan
        ? [
            {
              comments: ['Allow IPv4 VXLAN packets from allowed hosts'],
              match: `-p 17 -m multiport --destination-ports 4789 -m set --match-set ${SETS.vxlan} src -m addrtype --dst-type LOCAL`,
              action: jump('ACCEPT'),
            },
            {
              comments: ['Drop IPv4 VXLAN packets from non-allowed hosts'],
              match: '-p 17 -m multiport --destination-ports 4789 -m addrtype --dst-type LOCAL',
              action: jump('DROP'),
            },
          ]
        : []),
      { match: '--in-interface cali+', action: goTo('cali-wl-to-host') },
      { match: isMarked(ACCEPT_MARK), action: jump('ACCEPT') },
      { action: clearMark('0xf0000') },
      { action: jump('cali-from-host-endpoint') },
      { comments: HEP_ACCEPTED, match: isMarked(ACCEPT_MARK), action: jump('ACCEPT') },
    ],
  };
}

function outputChain({ ipip, vxlan }: FelixConfig): FelixChain {
  return {
    name: 'cali-OUTPUT',
    rules: [
      { match: isMarked(ACCEPT_MARK), action: jump('ACCEPT') },
      { match: '--out-interface cali+', action: jump('RETURN') },
      ...(ipip
        ? [
            {
              comments: ['Allow IPIP packets to other Calico hosts'],
              match: `-p 4 -m set --match-set ${SETS.hosts} dst -m addrtype --src-type LOCAL`,
              action: jump('ACCEPT'),
            },
          ]
        : []),
      ...(vxlan
        ? [
            {
              comments: ['Allow IPv4 VXLAN packets to other allowed hosts'],
              match: `-p 17 -m multiport --destination-ports 4789 -m addrtype --src-type LOCAL -m set --match-set ${SETS.vxlan} dst`,
              action: jump('ACCEPT'),
            },
          ]
        : []),
      { action: clearMark('0xf0000') },
      { match: '-m conntrack ! --ctstate DNAT', action: jump('cali-to-host-endpoint') },
      { comments: HEP_ACCEPTED, match: isMarked(ACCEPT_MARK), action: jump('ACCEPT') },
    ],
  };
}

/** interfaceNameDispatchChains: one rule per device; devices that share the first character after the common prefix share a child chain. */
function dispatchChains(
  root: string,
  endpoints: readonly FelixEndpoint[],
  { option, prefix }: { readonly option: string; readonly prefix: string },
): readonly FelixChain[] {
  const devices = endpoints.map(({ device }) => device).sort();
  const unknown: FelixRule = { comments: ['Unknown interface'], action: jump('DROP') };
  const common = commonPrefix(devices);
  const groups = new Map<string, string[]>();
  for (const device of devices) {
    const start = device.slice(0, common.length + 1);
    groups.set(start, [...(groups.get(start) ?? []), device]);
  }
  const direct = (device: string): FelixRule => ({ match: `${option} ${device}`, action: goTo(chainName(prefix, device)) });
  const children: FelixChain[] = [];
  const rules = [...groups].flatMap(([start, names]): readonly FelixRule[] => {
    if (names.length === 1) return names.map(direct);
    const child = `${root}-${start.slice(common.length)}`;
    children.push({ name: child, rules: [...names.map(direct), unknown] });
    return [{ match: `${option} ${start}+`, action: goTo(child) }];
  });
  return [{ name: root, rules: [...rules, unknown] }, ...children];
}

function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

/** cali-fw- and cali-tw-: what a Pod sends and what it gets. */
function endpointChains({ device, namespace, serviceAccount }: FelixEndpoint): readonly FelixChain[] {
  const opening: readonly FelixRule[] = [
    { match: '-m conntrack --ctstate RELATED,ESTABLISHED', action: jump('ACCEPT') },
    { match: '-m conntrack --ctstate INVALID', action: jump('DROP') },
    { action: clearMark(ACCEPT_MARK) },
  ];
  const noTunnels: readonly FelixRule[] = [
    {
      comments: ['Drop VXLAN encapped packets originating in workloads'],
      match: '-p 17 -m multiport --destination-ports 4789',
      action: jump('DROP'),
    },
    { comments: ['Drop IPinIP encapped packets originating in workloads'], match: '-p 4', action: jump('DROP') },
  ];
  const profiles = (prefix: string): readonly FelixRule[] => [
    ...[`kns.${namespace}`, `ksa.${namespace}.${serviceAccount}`].flatMap((profile) => [
      { action: jump(chainName(prefix, profile)) },
      { comments: ['Return if profile accepted'], match: isMarked(ACCEPT_MARK), action: jump('RETURN') },
    ]),
    { comments: ['Drop if no profiles matched'], action: jump('DROP') },
  ];
  return [
    { name: chainName('cali-tw-', device), rules: [...opening, ...profiles('cali-pri-')] },
    { name: chainName('cali-fw-', device), rules: [...opening, ...noTunnels, ...profiles('cali-pro-')] },
  ];
}

/** A namespace's profile allows all, a service account's says nothing (libcalico-go conversion NamespaceToProfile, ServiceAccountToProfile). */
function profileChains(endpoints: readonly FelixEndpoint[]): readonly FelixChain[] {
  const namespaces = [...new Set(endpoints.map(({ namespace }) => `kns.${namespace}`))];
  const accounts = [...new Set(endpoints.map(({ namespace, serviceAccount }) => `ksa.${namespace}.${serviceAccount}`))];
  return (['ingress', 'egress'] as const).flatMap((direction) => {
    const prefix = direction === 'ingress' ? 'cali-pri-' : 'cali-pro-';
    return [
      ...namespaces.map((profile) => ({
        name: chainName(prefix, profile),
        rules: [
          { comments: [`Profile ${profile} ${direction}`], action: setMark(ACCEPT_MARK) },
          { match: isMarked(ACCEPT_MARK), action: jump('RETURN') },
        ],
      })),
      ...accounts.map((profile) => ({
        name: chainName(prefix, profile),
        rules: [{ comments: [`Profile ${profile} ${direction}`], action: '' }],
      })),
    ];
  });
}
