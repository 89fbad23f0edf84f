/** The top bar: what is open, how its network is built, the two modes, search, theme and language. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button as AriaButton } from 'react-aria-components/Button';
import { FaultCount } from '../faults/FaultCount.tsx';
import { IconButton } from '../kit/Button.tsx';
import { Chip } from '../kit/Chip.tsx';
import { Icon } from '../kit/Icon.tsx';
import { MenuButton } from '../kit/MenuButton.tsx';
import { Segmented } from '../kit/Segmented.tsx';
import { keyText } from '../commands/keys.ts';
import { openDialog, openScenario, setMode } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import type { Lang, Theme } from '../store/state.ts';
import { placeText, targetText } from '../../cluster/command-title.ts';
import { useWide } from './useWide.ts';
import styles from './Header.module.css';

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { light: 'dark', dark: 'projector', projector: 'light' };
const THEME_ICON = { light: 'sun', dark: 'moon', projector: 'projector' } as const;

export function Header(): ReactElement {
  const wide = useWide();
  return (
    <header className={styles.header}>
      <h1 className={styles.brand}>
        <Logo />
        <span className={wide ? '' : styles.hidden}>Kubehop</span>
      </h1>
      {wide ? <span className={styles.bar} /> : null}
      <Crumb />
      {wide ? <NetworkChips /> : null}
      <FaultCount />
      <span className={styles.space} />
      <ModeSwitch />
      <span className={styles.space} />
      <Find wide={wide} />
      {wide ? (
        <>
          <ThemeButton />
          <LanguageMenu />
          <KeysButton />
        </>
      ) : (
        <PhoneMenu />
      )}
    </header>
  );
}

function Logo(): ReactElement {
  return (
    <svg className={styles.logo} viewBox="0 0 22 22" aria-hidden>
      <path d="M4.5 14C5.5 5 16.5 5 17.5 14" className={styles.hop} />
      <rect x="1.5" y="14" width="6" height="6" rx="1.5" />
      <rect x="14.5" y="14" width="6" height="6" rx="1.5" />
    </svg>
  );
}

function Crumb(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const scenario = useApp((state) => state.scenario);
  const scenarios = useApp((state) => state.scenarios);
  const lang = useApp((state) => state.lang);
  const spec = useApp((state) => (state.mode === 'journey' ? (state.journey?.result.spec ?? null) : null));
  return (
    <span className={styles.crumb}>
      <MenuButton
        label={t('app.scenarios')}
        placement="bottom start"
        selected={scenario.id}
        choices={scenarios.map(({ id, title }) => ({ id, text: title[lang] }))}
        onChoose={(id) => void openScenario(store, id)}
      >
        {(trigger) => (
          <AriaButton
            {...trigger}
            className={styles.scenario ?? ''}
            aria-label={`${t('app.scenarios')}: ${scenario.title[lang]}`}
          >
            <b>{scenario.title[lang]}</b>
            <Icon name="chevronDown" size={14} />
          </AriaButton>
        )}
      </MenuButton>
      {spec === null ? null : (
        <span className={styles.probe}>
          <span className={styles.slash}>/</span> {t('app.probe', { from: placeText(spec.from), to: targetText(spec.to) })}
          {spec.protocol === 'icmp' ? '' : `:${spec.port}`}
        </span>
      )}
    </span>
  );
}

function NetworkChips(): ReactElement {
  const { t } = useTranslation();
  const cni = useApp((state) => state.snapshot.cni);
  const proxyMode = useApp((state) => state.snapshot.proxyMode);
  const settled = useApp((state) => state.snapshot.settled);
  return (
    <span className={styles.chips}>
      <Chip>{cni === 'none' ? t('app.noCni') : cni.replace('-', ' ')}</Chip>
      <Chip>{proxyMode === 'none' ? t('app.noProxy') : t('app.proxy', { mode: proxyMode })}</Chip>
      {settled ? null : <Chip kind="kernel">{t('app.working')}</Chip>}
    </span>
  );
}

function ModeSwitch(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const mode = useApp((state) => state.mode);
  return (
    <Segmented
      label={t('app.mode')}
      value={mode}
      options={[
        { id: 'explore', label: t('app.explore') },
        { id: 'journey', label: t('app.journey') },
      ]}
      onChange={(next) => setMode(store, next)}
    />
  );
}

function Find({ wide }: { readonly wide: boolean }): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const open = (): void => openDialog(store, 'palette');
  if (!wide) return <IconButton icon="search" label={t('app.find')} onPress={open} />;
  return (
    <AriaButton className={styles.find ?? ''} onPress={open}>
      <Icon name="search" size={14} />
      <span>{t('app.find')}</span>
      <kbd>{keyText('mod+k')}</kbd>
    </AriaButton>
  );
}

function ThemeButton(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const theme = useApp((state) => state.theme);
  return (
    <IconButton
      icon={THEME_ICON[theme]}
      label={t('app.theme', { name: t(`app.themeName.${theme}`) })}
      onPress={() => store.setState({ theme: NEXT_THEME[theme] })}
    />
  );
}

/** Each language names itself, so that it is found by who can read it. */
const LANGUAGES: readonly { readonly id: Lang; readonly name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'zh-CN', name: '简体中文' },
];

function LanguageMenu(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const lang = useApp((state) => state.lang);
  return (
    <MenuButton
      label={t('app.language')}
      placement="bottom end"
      selected={lang}
      choices={LANGUAGES.map(({ id, name }) => ({ id, text: name, lang: id }))}
      onChoose={(id) => {
        const chosen = LANGUAGES.find((each) => each.id === id);
        if (chosen !== undefined) store.setState({ lang: chosen.id });
      }}
    >
      {(trigger) => <IconButton icon="language" label={t('app.language')} {...trigger} />}
    </MenuButton>
  );
}

/** On a phone the settings share one menu. */
function PhoneMenu(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  const settings: readonly { readonly id: string; readonly text: string; readonly run: () => void }[] = [
    ...(['light', 'dark', 'projector'] as const).map((theme) => ({
      id: theme,
      text: t('app.theme', { name: t(`app.themeName.${theme}`) }),
      run: () => store.setState({ theme }),
    })),
    ...LANGUAGES.map(({ id, name }) => ({ id, text: name, run: () => store.setState({ lang: id }) })),
  ];
  return (
    <MenuButton
      label={t('app.menu')}
      placement="bottom end"
      choices={settings}
      onChoose={(id) => settings.find((each) => each.id === id)?.run()}
    >
      {(trigger) => <IconButton icon="menu" label={t('app.menu')} {...trigger} />}
    </MenuButton>
  );
}

function KeysButton(): ReactElement {
  const { t } = useTranslation();
  const store = useAppStore();
  return <IconButton icon="keyboard" label={t('app.keys')} shortcut="?" onPress={() => openDialog(store, 'keys')} />;
}
