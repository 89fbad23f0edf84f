/**
 * `iptables -t TABLE -nvL --line-numbers` of a node, alive: counters move with every packet sent. A jump opens its chain,
 * a rule is selected for the inspector. A line of iptables can be run here, as an operator would.
 */
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceField } from '../kit/ChoiceField.tsx';
import { Segmented } from '../kit/Segmented.tsx';
import { useApp, useAppStore } from '../store/context.ts';
import type { NodeView } from '../../cluster/snapshot.ts';
import type { ChainsView } from '../store/state.ts';
import type { ChainView, TableName } from '../store/views.ts';
import { ChainTable } from './ChainTable.tsx';
import { IptablesLine } from './IptablesLine.tsx';
import styles from './Chains.module.css';

const TABLES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter'];

export function Chains(): ReactElement {
  const { t } = useTranslation();
  const nodes = useApp((state) => state.snapshot.nodes);
  const view = useApp((state) => state.chains);
  const node = nodes.find((each) => each.name === view.node) ?? nodes[0];
  return node === undefined ? (
    <p className={styles.none}>{t('dock.noNodes')}</p>
  ) : (
    <NodeChains node={node} nodes={nodes} view={view} />
  );
}

interface NodeChainsProps {
  readonly node: NodeView;
  readonly nodes: readonly NodeView[];
  readonly view: ChainsView;
}

/** A chain is found by its name, or by what a rule of it says. */
function matching(chain: ChainView, wanted: string): boolean {
  return (
    wanted === '' ||
    chain.name.toLowerCase().includes(wanted) ||
    chain.rules.some((rule) => rule.text.toLowerCase().includes(wanted))
  );
}

function NodeChains({ node, nodes, view }: NodeChainsProps): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const [wanted, setWanted] = useState('');
  const set = (change: Partial<ChainsView>): void =>
    store.setState({ chains: { ...view, node: node.name, rule: null, ...change } });
  const { netfilter } = node.root;
  const table = netfilter.ruleset[view.table];
  const chains = useMemo(() => [...table.chains.values()], [table]);
  const shown = useMemo(() => chains.filter((chain) => matching(chain, wanted.trim().toLowerCase())), [chains, wanted]);
  const chain = (view.chain === null ? undefined : table.chains.get(view.chain)) ?? shown[0] ?? chains[0];
  return (
    <div className={styles.chains}>
      <div className={styles.bar}>
        <ChoiceField
          compact
          label={t('dock.node')}
          value={node.name}
          groups={[{ title: '', choices: nodes.map(({ name }) => ({ id: name, text: name })) }]}
          onChange={(name) => set({ node: name })}
        />
        <Segmented
          label={t('dock.table')}
          value={view.table}
          options={TABLES.map((id) => ({ id, label: <code>{id}</code> }))}
          onChange={(next) => set({ table: next, chain: null })}
        />
        <input
          className={styles.filter}
          aria-label={t('dock.findChain')}
          placeholder={t('dock.findChain')}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      </div>
      <div className={styles.columns}>
        <nav className={styles.names} aria-label={t('dock.chains')}>
          {shown.map(({ name, rules, policy }) => (
            <button key={name} type="button" aria-current={name === chain?.name} onClick={() => set({ chain: name })}>
              <span>{name}</span>
              <span>{policy ?? rules.length}</span>
            </button>
          ))}
          {shown.length === 0 ? <p className={styles.none}>{t('dock.noChain')}</p> : null}
        </nav>
        <div className={styles.table} tabIndex={0} role="region" aria-label={chain?.name ?? ''}>
          {chain === undefined ? (
            <p className={styles.none}>{t('dock.noChain')}</p>
          ) : (
            <ChainTable node={node.name} table={view.table} chain={chain} netfilter={netfilter} rule={view.rule} />
          )}
        </div>
      </div>
      <IptablesLine node={node.name} table={view.table} />
    </div>
  );
}
