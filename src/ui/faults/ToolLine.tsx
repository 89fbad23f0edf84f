/** A command line on a machine or in a Pod's namespace: break and repair by hand, in the tools' own words. */
import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../kit/Button.tsx';
import { LineField } from '../kit/LineField.tsx';
import { runCommand } from '../store/actions.ts';
import { useAppStore } from '../store/context.ts';
import styles from './Faults.module.css';

interface Told {
  readonly text: string;
  readonly failed: boolean;
}

const SILENT: Told = { text: '', failed: false };

export function ToolLine({ node, netns }: { readonly node: string; readonly netns: string }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const [line, setLine] = useState('');
  const [told, setTold] = useState(SILENT);
  const run = (): void => {
    if (line.trim() === '') return;
    runCommand(store, { kind: 'tool', node, netns, line: line.trim() }, (result) => {
      if (result.ok) setLine('');
      setTold({
        text: (result.ok ? result.messages : result.errors.map(({ message }) => message)).join('\n'),
        failed: !result.ok,
      });
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) run();
  };
  return (
    <section onKeyDown={onKeyDown} className={styles.tool}>
      <LineField
        label={t('faults.line', { place: netns === 'root' ? node : netns })}
        value={line}
        mono
        invalid={told.failed}
        placeholder="ip route del 10.244.1.0/24"
        onChange={(value) => {
          setLine(value);
          setTold(SILENT);
        }}
      >
        <span className={styles.hint}>{t('faults.lineHint')}</span>
      </LineField>
      <Button onPress={run} isDisabled={line.trim() === ''}>
        {t('faults.run')}
      </Button>
      {told.text === '' ? null : (
        <pre className={told.failed ? styles.failed : styles.printed} role={told.failed ? 'alert' : 'status'}>
          {told.text}
        </pre>
      )}
    </section>
  );
}
