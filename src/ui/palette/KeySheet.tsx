/** All keys, from the same registry that runs them. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommands } from '../commands/context.ts';
import { keyText } from '../commands/keys.ts';
import type { AppCommand, CommandScope } from '../commands/command.ts';
import { IconButton } from '../kit/Button.tsx';
import { ModalDialog } from '../kit/ModalDialog.tsx';
import { Segmented } from '../kit/Segmented.tsx';
import { openDialog } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import styles from './KeySheet.module.css';

export function KeySheet(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const isOpen = useApp((state) => state.dialog === 'keys');
  const letterKeys = useApp((state) => state.letterKeys);
  const close = (): void => openDialog(store, null);
  return (
    <ModalDialog label={t('app.keySheet.title')} isOpen={isOpen} onClose={close} width="wide">
      <div className={styles.head}>
        <h2>{t('app.keySheet.title')}</h2>
        <span className={styles.switch}>
          {t('app.keySheet.letters')}
          <Segmented
            label={t('app.keySheet.letters')}
            value={letterKeys ? 'on' : 'off'}
            options={[
              { id: 'on', label: t('app.keySheet.on') },
              { id: 'off', label: t('app.keySheet.off') },
            ]}
            onChange={(value) => store.setState({ letterKeys: value === 'on' })}
          />
        </span>
        <IconButton icon="close" label={t('app.close')} onPress={close} />
      </div>
      <Keys title={t('app.keySheet.global')} scope="global" />
      <Keys title={t('app.keySheet.stage')} scope="stage" />
      <p className={styles.note}>{t('app.keySheet.tab')}</p>
    </ModalDialog>
  );
}

function Keys({ title, scope }: { readonly title: string; readonly scope: CommandScope }): ReactElement {
  const { t } = useTranslation();
  const commands = useCommands().filter(
    (command): command is AppCommand & { key: string } => command.scope === scope && command.key !== null,
  );
  return (
    <section className={styles.keys}>
      <h3>{title}</h3>
      <dl>
        {commands.map((command) => (
          <div key={command.id}>
            <dt>
              <kbd>{keyText(command.key)}</kbd>
            </dt>
            <dd>{t(command.label)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
