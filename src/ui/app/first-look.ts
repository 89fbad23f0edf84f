/** The theme and language to begin with, those of last time or what the browser prefers: shown before anything else has loaded. */
import type { Lang, Theme } from '../store/state.ts';
import { browserStorage } from './layout-storage.ts';

export interface Look {
  readonly theme: Theme;
  readonly lang: Lang;
}

const THEMES: readonly Theme[] = ['light', 'dark', 'projector'];
const LANGS: readonly Lang[] = ['en', 'zh-CN'];

/** Where zustand's persist keeps the settings. */
export const SETTINGS_KEY = 'kubehop.settings';

/** What stands in the map's place until there is a cluster; the catalogue is not there yet. */
const BUILDING: Readonly<Record<Lang, string>> = { en: 'Building the cluster…', 'zh-CN': '正在搭建集群…' };

/** Puts theme and language on the page, and says so. */
export function showFirstLook(): Look {
  const kept = keptSettings();
  const theme = THEMES.find((each) => each === kept['theme']) ?? preferredTheme();
  const lang = LANGS.find((each) => each === kept['lang']) ?? preferredLang();
  document.documentElement.dataset['theme'] = theme;
  document.documentElement.lang = lang;
  const building = document.querySelector('[data-building]');
  if (building !== null) building.textContent = BUILDING[lang];
  return { theme, lang };
}

function preferredTheme(): Theme {
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function preferredLang(): Lang {
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** The settings as persist wrote them; what somebody else wrote there counts as nothing. */
function keptSettings(): Readonly<Record<string, unknown>> {
  const text = browserStorage()?.getItem(SETTINGS_KEY) ?? '';
  if (text === '') return {};
  try {
    const kept: unknown = JSON.parse(text);
    const state = isRecord(kept) ? kept['state'] : null;
    return isRecord(state) ? state : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
