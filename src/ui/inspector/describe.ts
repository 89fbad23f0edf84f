/** From a Ref to what is said about the thing; null when the thing is gone. */
import type { ClusterSnapshot, Ref } from '../../cluster/snapshot.ts';
import type { Description } from './description.ts';
import { describeLink } from './describe-link.ts';
import { describeChain, describeRule } from './describe-netfilter.ts';
import { describeObject } from './describe-object.ts';
import { describeContainer, describeHost, describeNetns, describeNode, describeWire } from './describe-place.ts';
import { describeConntrack, describeNeigh, describeRoute } from './describe-state.ts';

export function describe(snapshot: ClusterSnapshot, ref: Ref): Description | null {
  switch (ref.kind) {
    case 'object':
      return ref.key.startsWith('Node ') ? describeNode(snapshot, ref.key.slice(5)) : describeObject(snapshot, ref.key);
    case 'node':
      return describeNode(snapshot, ref.node) ?? describeHost(snapshot, ref.node);
    case 'host':
      return describeHost(snapshot, ref.name);
    case 'netns':
      return describeNetns(snapshot, ref.node, ref.netns);
    case 'link':
      return describeLink(snapshot, ref);
    case 'container':
      return describeContainer(snapshot, ref.node, ref.id);
    case 'chain':
      return describeChain(snapshot, ref);
    case 'rule':
      return describeRule(snapshot, ref);
    case 'route':
      return describeRoute(snapshot, ref);
    case 'neigh':
      return describeNeigh(snapshot, ref);
    case 'conntrack':
      return describeConntrack(snapshot, ref);
    case 'wire':
      return describeWire(snapshot);
  }
}
