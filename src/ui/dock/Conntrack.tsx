/** `conntrack -L` of a node: both directions of every connection, with what NAT made differ marked. */
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, TextButton } from '../kit/Button.tsx';
import { ChoiceField } from '../kit/ChoiceField.tsx';
import { runCommand, select } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { spanText } from '../store/instant.ts';
import type { ConntrackView, Tuple } from '../store/views.ts';
import styles from './Tables.module.css';

export function Conntrack(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const nodes = useApp((state) => state.snapshot.nodes);
  const now = useApp((state) => state.snapshot.now);
  const [chosen, setChosen] = useState<string | null>(null);
  const node = nodes.find((each) => each.name === chosen) ?? nodes[0];
  if (node === undefined) return <p className={styles.none}>{t('dock.noNodes')}</p>;
  const entries = node.root.conntrack;
  return (
    <div className={styles.tables}>
      <div className={styles.bar}>
        <ChoiceField
          compact
          label={t('dock.node')}
          value={node.name}
          groups={[
            {
              title: '',
              choices: nodes.map((each) => ({ id: each.name, text: `${each.name} (${each.root.conntrack.length})` })),
            },
          ]}
          onChange={setChosen}
        />
        <span className={styles.said}>{t('dock.connections', { count: entries.length })}</span>
        <Button
          isDisabled={entries.length === 0}
          onPress={() => runCommand(store, { kind: 'flush-conntrack', node: node.name })}
        >
          conntrack -F
        </Button>
      </div>
      {entries.length === 0 ? (
        <p className={styles.none}>{t('dock.noConnections')}</p>
      ) : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('dock.conntrack')}>
          <table>
            <thead>
              <tr>
                {['id', 'proto', 'timeout', 'state', 'original', 'reply', 'flags'].map((name) => (
                  <th key={name} scope="col" colSpan={name === 'original' || name === 'reply' ? 2 : 1}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.id}>
                  <td>
                    <TextButton
                      onPress={() => select(store, { kind: 'conntrack', node: node.name, netns: 'root', id: entry.id })}
                    >
                      {entry.id}
                    </TextButton>
                  </td>
                  <Entry entry={entry} now={now} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Entry({ entry, now }: { readonly entry: ConntrackView; readonly now: number }): ReactElement {
  const { original, reply } = entry;
  return (
    <>
      <td>{original.protocol}</td>
      <td>{spanText(Math.max(0, entry.expiresAt - now))}</td>
      <td>{entry.tcpState ?? ''}</td>
      <End tuple={original} end="src" />
      <End tuple={original} end="dst" />
      <End tuple={reply} end="src" marked={!same(reply, 'src', original, 'dst')} />
      <End tuple={reply} end="dst" marked={!same(reply, 'dst', original, 'src')} />
      <td>{[entry.seenReply ? '' : '[UNREPLIED]', entry.assured ? '[ASSURED]' : ''].filter(Boolean).join(' ')}</td>
    </>
  );
}

type Side = 'src' | 'dst';

function port(tuple: Tuple, side: Side): number {
  return side === 'src' ? tuple.sport : tuple.dport;
}

function same(a: Tuple, sideA: Side, b: Tuple, sideB: Side): boolean {
  return a[sideA] === b[sideB] && port(a, sideA) === port(b, sideB);
}

function End({
  tuple,
  end,
  marked = false,
}: {
  readonly tuple: Tuple;
  readonly end: Side;
  readonly marked?: boolean;
}): ReactElement {
  const text = tuple.icmp === null ? `${tuple[end]}:${port(tuple, end)}` : tuple[end];
  return (
    <td>
      <span className={styles.faint}>{end}=</span>
      <span className={marked ? styles.new : ''}>{text}</span>
    </td>
  );
}
