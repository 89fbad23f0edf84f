/** What will be sent and which nat rule can be the first to decide it, read from the node's rules as they are now. */
import { useMemo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Place, ProbeSpec } from '../../cluster/commands.ts';
import type { ClusterSnapshot } from '../../cluster/snapshot.ts';
import { Say } from '../chains/Say.tsx';
import { sentence } from '../chains/sentence.ts';
import { useApp } from '../store/context.ts';
import { isSelf } from './ends.ts';
import { firstRule } from './first-rule.ts';
import { placeText } from '../../cluster/command-title.ts';
import { startNode } from './start-node.ts';
import styles from './SendDialog.module.css';

/** Whom the client asks first. */
function nameserverOf({ nodes }: ClusterSnapshot, from: Place): string {
  const etc =
    from.kind === 'pod'
      ? nodes.map(({ podEtc }) => podEtc.get(`${from.namespace}/${from.name}`)).find((each) => each !== undefined)
      : nodes.find(({ name }) => (from.kind === 'node' ? from.name : from.kind === 'netns' ? from.node : null) === name)?.etc;
  return /^nameserver (\S+)/m.exec(etc?.resolvConf ?? '')?.[1] ?? '127.0.0.1';
}

/** Whether a Pod dials an address of its own namespace. */
function stays({ nodes }: ClusterSnapshot, { from, to }: ProbeSpec, address: string): boolean {
  if (from.kind !== 'pod') return false;
  const netns = nodes.map(({ podNetns }) => podNetns.get(`${from.namespace}/${from.name}`)).find((each) => each !== undefined);
  const own = netns?.links.flatMap(({ addresses }) => addresses.map((each) => each.address.split('/')[0])) ?? [];
  return netns !== undefined && (isSelf(to) || own.includes(address));
}

export function Preview({ probe, address }: { readonly probe: ProbeSpec; readonly address: string | null }): ReactElement {
  const { t } = useTranslation();
  const snapshot = useApp((state) => state.snapshot);
  const node = startNode(snapshot, probe, address);
  const hook = probe.from.kind === 'node' ? 'OUTPUT' : 'PREROUTING';
  const rule = useMemo(
    () =>
      node === null || address === null
        ? null
        : firstRule(node.root.netfilter, { hook, address, port: probe.port, protocol: probe.protocol }),
    [node, hook, address, probe.port, probe.protocol],
  );
  if (probe.to.kind === 'name' && !isSelf(probe.to)) {
    const values = { from: placeText(probe.from), name: probe.to.name, server: nameserverOf(snapshot, probe.from) };
    return (
      <p className={styles.say}>
        <Say sentence={sentence('send.sentenceName', values)} />
      </p>
    );
  }
  if (address === null) return <p className={styles.say}>{t('send.pending')}</p>;
  const what = { tcp: 'SYN', udp: 'UDP', icmp: 'ICMP echo' }[probe.protocol];
  const to = probe.protocol === 'icmp' ? address : `${address}:${probe.port}`;
  const values = { from: placeText(probe.from), what, to, node: node?.name ?? '', hook };
  return (
    <p className={styles.say}>
      <Say sentence={sentence('send.sentence', values)} />{' '}
      {node !== null && stays(snapshot, probe, address) ? (
        <Say sentence={sentence('send.sentenceSelf', values)} />
      ) : node === null ? (
        <Say sentence={sentence('send.sentenceOutside', values)} />
      ) : rule === null ? (
        <Say sentence={sentence('send.sentenceNoRule', values)} />
      ) : (
        <Say sentence={sentence('send.sentenceRule', { ...values, chain: rule.chain, number: rule.number })} />
      )}
    </p>
  );
}
