/** What the last command changed, by who changed it and where; a cell opens into the lines themselves. */
import { useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChangeItem } from '../../cluster/snapshot.ts';
import { TextButton } from '../kit/Button.tsx';
import { select, showChain } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import { changeTable, type ChangeCell, type ChangeCount, type ChangeTable } from './changes-model.ts';
import styles from './Changes.module.css';

interface ChangesProps {
  /** False where the tab says it. */
  readonly titled?: boolean;
}

export function Changes({ titled = true }: ChangesProps): ReactElement {
  const { t } = useTranslation();
  const diff = useApp((state) => state.lastDiff);
  const table = useMemo(() => (diff === null ? null : changeTable(diff)), [diff]);
  const empty = table === null || (table.control.length === 0 && table.rows.length === 0);
  return (
    <section className={styles.changes} aria-label={t('dock.changes')}>
      {titled || diff !== null ? (
        <header className={styles.head}>
          {titled ? <h2>{t('dock.changes')}</h2> : null}
          {diff === null ? null : <span>{diff.command}</span>}
        </header>
      ) : null}
      {empty ? <p className={styles.none}>{diff === null ? t('dock.noCommandYet') : t('dock.nothingChanged')}</p> : null}
      {table === null || empty ? null : <ChangesTable key={diff?.command} table={table} />}
    </section>
  );
}

const cellKey = (cell: ChangeCell): string => `${cell.actor}\n${cell.node ?? ''}`;

function ChangesTable({ table }: { readonly table: ChangeTable }): ReactElement {
  const { t } = useTranslation();
  const [openKey, setOpenKey] = useState<string | null>(null);
  const cells = [...table.control, ...table.rows.flatMap((row) => row.cells)].filter((cell) => cell !== null);
  const open = cells.find((cell) => cellKey(cell) === openKey) ?? null;
  const toggle = (cell: ChangeCell): void => setOpenKey(cellKey(cell) === openKey ? null : cellKey(cell));
  const span = Math.max(1, table.nodes.length);
  return (
    <div className={styles.body}>
      <table className={styles.table}>
        <tbody>
          {table.control.map((cell) => (
            <tr key={cell.actor}>
              <th scope="row">{cell.actor}</th>
              <td colSpan={span}>
                <CellButton cell={cell} open={cell === open} onPress={toggle} />
              </td>
            </tr>
          ))}
          {table.nodes.length === 0 ? null : (
            <tr className={styles.nodes}>
              <td />
              {table.nodes.map((node) => (
                <th key={node} scope="col">
                  {node}
                </th>
              ))}
            </tr>
          )}
          {table.rows.map((row) => (
            <tr key={row.actor}>
              <th scope="row">{row.actor}</th>
              {row.cells.map((cell, index) => (
                <td key={table.nodes[index]}>
                  {cell === null ? null : <CellButton cell={cell} open={cell === open} onPress={toggle} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {open === null ? (
        <p className={styles.legend}>
          <i className={styles.tick} />
          {t('dock.changesLegend')}
        </p>
      ) : (
        <Lines cell={open} />
      )}
    </div>
  );
}

interface CellButtonProps {
  readonly cell: ChangeCell;
  readonly open: boolean;
  readonly onPress: (cell: ChangeCell) => void;
}

function CellButton({ cell, open, onPress }: CellButtonProps): ReactElement {
  const countText = useCountText();
  return (
    <TextButton aria-expanded={open} onPress={() => onPress(cell)}>
      {cell.counts.map(countText).join(', ')}
    </TextButton>
  );
}

const SIGN = { added: '+', removed: '−', changed: '~' } as const;

/** Things with a name of their own in the catalogue; API kinds are said as they are spelt. */
const NAMED = [
  'container',
  'veth pair',
  'link',
  'address',
  'route',
  'neigh',
  'fdb',
  'chain',
  'rule',
  'sysctl',
  'fault',
] as const;

function useCountText(): (count: ChangeCount) => string {
  const { t } = useTranslation();
  return ({ op, what, count }) => {
    const named = NAMED.find((name) => name === what);
    const thing = named !== undefined ? t(`dock.what.${named}`, { count }) : t('dock.kind', { count, kind: what });
    return `${SIGN[op]}${count} ${thing}`;
  };
}

const FIRST_LINES = 200;

function Lines({ cell }: { readonly cell: ChangeCell }): ReactElement {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const items = all ? cell.items : cell.items.slice(0, FIRST_LINES);
  return (
    <div className={styles.lines}>
      <h3>
        {cell.actor}
        {cell.node === null ? '' : `, ${cell.node}`}
      </h3>
      <ul>
        {items.map((item, index) => (
          <Line key={`${index} ${item.text}`} item={item} />
        ))}
      </ul>
      {items.length === cell.items.length ? null : (
        <TextButton onPress={() => setAll(true)}>{t('dock.moreLines', { count: cell.items.length - items.length })}</TextButton>
      )}
    </div>
  );
}

function Line({ item }: { readonly item: ChangeItem }): ReactElement {
  const store = useAppStore();
  const { ref } = item;
  const go = (): void => {
    if (ref === null) return;
    select(store, ref);
    if (ref.kind === 'rule') showChain(store, { ...ref, rule: ref.number });
    if (ref.kind === 'chain') showChain(store, { ...ref, rule: null });
  };
  return (
    <li className={styles[item.op]}>
      <span aria-hidden>{SIGN[item.op]}</span>
      {ref === null ? (
        <code>{item.text}</code>
      ) : (
        <TextButton onPress={go}>
          <code>{item.text}</code>
        </TextButton>
      )}
    </li>
  );
}
