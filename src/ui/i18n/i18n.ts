/**
 * The catalogue of everything the interface says. English is in the first load; Chinese comes when asked for.
 * What tools print (rules, addresses, API errors) is never translated and never passes through here.
 */
import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en/index.ts';
import type { Lang } from '../store/state.ts';

export function createI18n(): i18n {
  const instance = createInstance();
  void instance.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    initAsync: false,
    react: { useSuspense: false },
  });
  return instance;
}

/** Switches the language, loading its catalogue first, and tells the document. */
export async function showLanguage(instance: i18n, lang: Lang): Promise<void> {
  if (lang === 'zh-CN' && !instance.hasResourceBundle('zh-CN', 'translation')) {
    const { zhCN } = await import('./zh-CN/index.ts');
    instance.addResourceBundle('zh-CN', 'translation', zhCN);
  }
  await instance.changeLanguage(lang);
  document.documentElement.lang = lang;
}
