/**
 * The map as a tree, for keyboards and screen readers: what contains what, by the same names. Pure over the scene's world, so
 * it holds what is folded or too small to draw, too.
 */
import type { Ref } from '../../../cluster/snapshot.ts';
import type { LinkView } from '../../store/views.ts';
import { deviceName, natRuleCount } from '../scene/pod-box.ts';
import type { SceneWords } from '../scene/words.ts';
import type { NodeWorld, PodWorld, World } from '../scene/world.ts';
import { nodeRole } from '../scene/node-role.ts';

export interface TreeItem {
  readonly id: string;
  readonly text: string;
  readonly ref: Ref | null;
  /** Made when the branch is opened: a large cluster has tens of thousands of devices. */
  readonly children: () => readonly TreeItem[];
}

export interface TreeTitles {
  readonly nodes: string;
  readonly services: string;
  readonly outside: string;
}

const LEAF = (): readonly TreeItem[] => [];

export function treeItems(world: World, words: SceneWords, titles: TreeTitles): readonly TreeItem[] {
  const group = (id: string, text: string, children: readonly TreeItem[]): TreeItem => ({
    id,
    text,
    ref: null,
    children: () => children,
  });
  const services = world.services.map(({ key, name, clusterIP, pods }): TreeItem => ({
    id: `service/${key}`,
    text: words.aria.service(name, clusterIP, pods.filter((pod) => pod.ready).length),
    ref: { kind: 'object', key },
    children: LEAF,
  }));
  const hosts = world.hosts.map(({ name, ip }): TreeItem => ({
    id: `host/${name}`,
    text: words.aria.host(name, ip),
    ref: { kind: 'host', name },
    children: LEAF,
  }));
  return [
    group(
      'nodes',
      titles.nodes,
      world.nodes.map((node) => nodeItem(node, words)),
    ),
    group('services', titles.services, services),
    group('outside', titles.outside, hosts),
  ];
}

function nodeItem({ view, pods }: NodeWorld, words: SceneWords): TreeItem {
  const { name, ip, root } = view;
  const { text: trouble, bad } = nodeRole(view, words);
  const rules = natRuleCount(root);
  return {
    id: `node/${name}`,
    text: bad ? `${words.aria.node(name, ip)}, ${trouble}` : words.aria.node(name, ip),
    ref: { kind: 'node', node: name },
    children: () => [
      ...pods.map((pod) => podItem(name, pod, words)),
      {
        id: `netns/${name}`,
        text: words.aria.netns(name),
        ref: { kind: 'netns', node: name, netns: 'root' },
        children: () => [
          {
            id: `netfilter/${name}`,
            text: words.aria.netfilter(name, rules),
            ref: { kind: 'netns', node: name, netns: 'root' },
            children: LEAF,
          },
          ...root.links.map((link) => linkItem(name, 'root', link)),
        ],
      },
    ],
  };
}

function podItem(node: string, pod: PodWorld, words: SceneWords): TreeItem {
  return {
    id: `pod/${pod.id}`,
    text: words.aria.pod(pod.name, pod.ip ?? '', pod.trouble),
    ref: pod.ref,
    children: () => [
      ...pod.containers.map(({ view, name }): TreeItem => ({
        id: `container/${view.id}`,
        text: words.aria.container(name, view.image),
        ref: { kind: 'container', node, id: view.id },
        children: LEAF,
      })),
      ...(pod.netns?.links ?? []).map((link) => linkItem(node, pod.netnsName, link)),
    ],
  };
}

function linkItem(node: string, netns: string, link: LinkView): TreeItem {
  const addresses = link.addresses.map(({ address }) => address).join(', ');
  return {
    id: `link/${node}/${netns}/${link.name}`,
    text: addresses === '' ? deviceName(link) : `${deviceName(link)}, ${addresses}`,
    ref: { kind: 'link', node, netns, name: link.name },
    children: LEAF,
  };
}
