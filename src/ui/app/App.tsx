/** The application around a store: language, theme, keys, the frame that fits the window, dialogs and messages. */
import { useEffect, type ReactElement } from 'react';
import type { i18n } from 'i18next';
import { I18nextProvider } from 'react-i18next';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { showLanguage } from '../i18n/i18n.ts';
import { AppContext, useApp } from '../store/context.ts';
import type { AppStore } from '../store/store.ts';
import { CommandsContext } from '../commands/context.ts';
import { useCommandKeys } from '../commands/useCommandKeys.ts';
import type { AppCommand } from '../commands/command.ts';
import { usePreview } from '../manifests/usePreview.ts';
import { Dialogs } from './Dialogs.tsx';
import { ErrorBoundary } from './ErrorScreen.tsx';
import { Header } from './Header.tsx';
import { PhoneFrame } from './PhoneFrame.tsx';
import type { Slots } from './slots.ts';
import { Toasts } from './Toasts.tsx';
import { useWide } from './useWide.ts';
import { WideFrame } from './WideFrame.tsx';
import styles from './App.module.css';

export interface AppProps {
  readonly store: AppStore;
  readonly i18n: i18n;
  readonly commands: readonly AppCommand[];
  readonly slots: Slots;
}

export function App({ store, i18n, commands, slots }: AppProps): ReactElement {
  return (
    <AppContext value={store}>
      <I18nextProvider i18n={i18n}>
        <CommandsContext value={commands}>
          <ErrorBoundary>
            <Window i18n={i18n} commands={commands} slots={slots} />
          </ErrorBoundary>
        </CommandsContext>
      </I18nextProvider>
    </AppContext>
  );
}

function Window({ i18n, commands, slots }: Omit<AppProps, 'store'>): ReactElement {
  const lang = useApp((state) => state.lang);
  const theme = useApp((state) => state.theme);
  const wide = useWide();
  useEffect(() => {
    void showLanguage(i18n, lang);
  }, [i18n, lang]);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  useCommandKeys(commands);
  usePreview();
  return (
    <I18nProvider locale={lang === 'en' ? 'en-US' : 'zh-CN'}>
      <div className={styles.window}>
        <Header />
        <main className={styles.main}>{wide ? <WideFrame slots={slots} /> : <PhoneFrame slots={slots} />}</main>
      </div>
      <Dialogs />
      {wide ? null : <Toasts />}
    </I18nProvider>
  );
}
