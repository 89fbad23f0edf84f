/** The rules of one chain as `iptables -nvL --line-numbers` lists them. */
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ruleExtra } from '../../cluster/explain.ts';
import { TextButton } from '../kit/Button.tsx';
import { VerdictMark } from '../kit/VerdictMark.tsx';
import { select, showChain } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { ChainView, NetfilterView, RuleView, TableName } from '../store/views.ts';
import { ruleColumns, targetChain, targetVerdict } from './rule-text.ts';
import styles from './Chains.module.css';

export interface ChainTableProps {
  readonly node: string;
  readonly table: TableName;
  readonly chain: ChainView;
  readonly netfilter: NetfilterView;
  /** The rule to point out, 1-based. */
  readonly rule: number | null;
}

const WINDOW = 100;

export function ChainTable(props: ChainTableProps): ReactElement {
  const { node, table, chain, netfilter, rule: pointed } = props;
  const { t } = useTranslation();
  const inJourney = useApp((state) => state.mode === 'journey');
  const [extra, setExtra] = useState(0);
  const first = pointed === null ? 0 : Math.max(0, pointed - 20);
  const last = first + WINDOW + extra;
  const policy = netfilter.policyCounters.get(`${table}/${chain.name}`);
  return (
    <>
      <p className={styles.caption}>
        Chain <b>{chain.name}</b>{' '}
        {chain.policy === null
          ? `(${chain.rules.length} rules)`
          : `(policy ${chain.policy} ${policy?.packets ?? 0} packets, ${policy?.bytes ?? 0} bytes)`}
        {inJourney ? <small className={styles.now}>{t('dock.countersNow')}</small> : null}
      </p>
      <table>
        <thead>
          <tr>
            {['num', 'pkts', 'bytes', 'target', 'prot', 'in', 'out', 'source', 'destination', 'extra'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {chain.rules.slice(first, last).map((rule, index) => (
            <RuleRow
              key={rule.id}
              rule={rule}
              number={first + index + 1}
              at={props}
              pointed={pointed === first + index + 1}
              node={node}
            />
          ))}
        </tbody>
      </table>
      {chain.rules.length > last ? (
        <TextButton onPress={() => setExtra(extra + 1000)}>
          {t('dock.moreRules', { count: chain.rules.length - last })}
        </TextButton>
      ) : null}
    </>
  );
}

interface RuleRowProps {
  readonly rule: RuleView;
  readonly number: number;
  readonly at: ChainTableProps;
  readonly pointed: boolean;
  readonly node: string;
}

function RuleRow({ rule, number, at, pointed, node }: RuleRowProps): ReactElement {
  const store = useAppStore();
  const row = useRef<HTMLTableRowElement>(null);
  const counter = at.netfilter.counters.get(rule.id);
  const columns = ruleColumns(rule.text);
  const jump = targetChain(rule);
  const selected = useApp(
    ({ selection: each }) =>
      each?.kind === 'rule' &&
      each.node === node &&
      each.table === at.table &&
      each.chain === at.chain.name &&
      each.number === number,
  );
  useEffect(() => {
    const box = row.current?.closest('[role="region"]');
    if (!pointed || row.current === null || !(box instanceof HTMLElement)) return;
    // scrollIntoView would also scroll sideways, away from the numbers.
    box.scrollTop = Math.max(0, row.current.offsetTop - box.clientHeight / 2);
  }, [pointed]);
  const choose = (): void =>
    select(store, { kind: 'rule', node, netns: 'root', table: at.table, chain: at.chain.name, number });
  return (
    <tr ref={row} className={selected || pointed ? styles.pointed : ''}>
      <td className={styles.number}>
        <TextButton onPress={choose}>{number}</TextButton>
      </td>
      <td className={styles.counter}>{counter?.packets ?? 0}</td>
      <td className={styles.counter}>{counter?.bytes ?? 0}</td>
      <td className={styles.target}>
        <VerdictMark verdict={targetVerdict(rule)} size={12} />
        {jump === null ? (
          columns.target
        ) : (
          <TextButton onPress={() => showChain(store, { node, table: at.table, chain: jump, rule: null })}>{jump}</TextButton>
        )}
      </td>
      <td>{columns.prot}</td>
      <td>{columns.in}</td>
      <td>{columns.out}</td>
      <td>{columns.source}</td>
      <td>{columns.destination}</td>
      <td className={styles.rest}>{ruleExtra(rule, { numeric: true }).trim()}</td>
    </tr>
  );
}
