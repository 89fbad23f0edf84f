/** Makes every key of the English catalogue a type: a missing or misspelt key does not compile. */
import type { en } from './en/index.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
  }
}
