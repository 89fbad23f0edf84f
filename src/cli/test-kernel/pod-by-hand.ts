/** What the book chapter types on a node of kind: an empty network namespace becomes a Pod that answers. */
import type { Command } from '../../cluster/commands.ts';

const SCENARIO = 'kind';
const NODE = 'kind-worker';

const LINES = [
  'ip netns add byhand',
  'ip link add veth0 type veth peer name ceth0',
  'ip link set ceth0 netns byhand',
  'ip addr add 10.1.2.1/24 dev veth0',
  'ip link set veth0 up',
  'ip netns exec byhand ip addr add 10.1.2.3/24 dev ceth0',
  'ip netns exec byhand ip link set ceth0 up',
  'ip netns exec byhand ip route add default via 10.1.2.1',
  'ip netns exec byhand python3 -m http.server 80 &',
];

/** What is done by hand once that scenario stands. */
export function byHandIn(scenario: string): readonly Command[] {
  if (scenario !== SCENARIO) return [];
  return LINES.map((line) => ({ kind: 'tool', node: NODE, netns: 'root', line }));
}
