/** A command line that shows a thing on a real node, with a button that copies it. */
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon.tsx';
import { IconButton } from './Button.tsx';
import styles from './RealCommand.module.css';

export function RealCommand({ text }: { readonly text: string }): ReactElement {
  const { t } = useTranslation();
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied('yes'),
      () => setCopied('refused'),
    );
  };
  const label = { no: t('app.copy'), yes: t('app.copied'), refused: t('app.copyRefused') }[copied];
  return (
    <div className={styles.command}>
      <Icon name="terminal" size={14} />
      <code tabIndex={0}>{text}</code>
      <IconButton icon="copy" label={label} onPress={copy} />
      <span className={styles.said} role="status">
        {copied === 'no' ? '' : label}
      </span>
    </div>
  );
}
