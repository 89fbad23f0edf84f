/** A line where iptables is run by hand on a node; what it refuses is said in its own words. */
import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../kit/Button.tsx';
import { runCommand } from '../store/actions.ts';
import { useAppStore } from '../store/context.ts';
import type { TableName } from '../store/views.ts';
import styles from './Chains.module.css';

export function IptablesLine({ node, table }: { readonly node: string; readonly table: TableName }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const [text, setText] = useState('');
  const [fault, setFault] = useState('');
  const run = (): void => {
    const args = text.trim().replace(/^iptables\s+/, '');
    if (args === '') return;
    const withTable = /(^|\s)(-t|--table)\s/.test(args) ? args : `-t ${table} ${args}`;
    // Gone from the line once it is given, so that it is not given twice while it waits; a refused one comes back to be mended.
    setText('');
    runCommand(store, { kind: 'iptables', node, args: withTable }, (result) => {
      setFault(result.ok ? '' : result.errors.map((error) => error.message).join('\n'));
      if (!result.ok) setText((typed) => (typed === '' ? text : typed));
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) run();
  };
  return (
    <div className={styles.line}>
      <code>
        <span className={styles.prompt}>root@{node}:~#</span> iptables -t {table}
      </code>
      <input
        aria-label={t('dock.iptablesLine', { node })}
        placeholder="-A INPUT -s 10.244.0.2 -j DROP"
        spellCheck={false}
        value={text}
        aria-invalid={fault !== ''}
        onChange={(event) => {
          setText(event.target.value);
          setFault('');
        }}
        onKeyDown={onKeyDown}
      />
      <Button onPress={run} isDisabled={text.trim() === ''}>
        {t('dock.run')}
      </Button>
      {fault === '' ? null : (
        <p className={styles.fault} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
