/** "Stop at": a chain name or pattern where the journey is to halt; says how many chains it means. */
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProbeSpec } from '../../cluster/commands.ts';
import { LineField } from '../kit/LineField.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { setPlayback } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { matchingChains } from './pattern.ts';
import { startNode } from './start-node.ts';
import styles from './SendDialog.module.css';

export function StopField({ probe }: { readonly probe: ProbeSpec }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const snapshot = useApp((state) => state.snapshot);
  const breakpoints = useApp((state) => state.playback.breakpoints);
  const [text, setText] = useState(() => breakpoints.find((each) => each.kind === 'chain')?.pattern ?? '');
  const node = startNode(snapshot, probe, null) ?? snapshot.nodes[0] ?? null;
  const count = useMemo(() => (node === null ? 0 : matchingChains(node.root.netfilter, text.trim()).length), [node, text]);
  const change = (next: string): void => {
    setText(next);
    const others = breakpoints.filter((each) => each.kind !== 'chain' || each.node !== '');
    const pattern = next.trim();
    setPlayback(store, { breakpoints: pattern === '' ? others : [...others, { kind: 'chain', node: '', pattern }] });
  };
  return (
    <LineField
      label={t('send.stopAt')}
      value={text}
      onChange={change}
      mono
      placeholder="KUBE-SEP-*"
      invalid={text.trim() !== '' && count === 0}
    >
      {text.trim() === '' || node === null ? null : (
        <small className={styles.small}>
          <VerdictMark verdict={count > 0 ? 'accept' : 'unmatched'} size={12} />
          {t('send.chainsMatch', { count, node: node.name })}
        </small>
      )}
    </LineField>
  );
}
