/**
 * What stands in the page after a fault of our own, or when a part of it does not load: the fault, and the user's manifests to
 * take away. Plain DOM with its own words, in the entry's file: it must work where nothing else does.
 */
import { download } from '../manifests/download.ts';
import { forgetSession, loadSession } from '../store/saved-session.ts';
import type { Lang, ManifestFile } from '../store/state.ts';
import styles from './failure-screen.module.css';

const WORDS = {
  en: {
    title: 'Kubehop met a fault of its own',
    unloaded: 'A part of Kubehop did not load',
    saved: 'Your manifests are saved as you typed them. Download them, then reload the page; the fault is described below.',
    nothing: 'Nothing of yours was saved yet, so nothing is lost. Reload the page; the fault is described below.',
    download: 'Download manifests',
    reload: 'Reload',
    fresh: 'Reload with the scenario as it was',
  },
  'zh-CN': {
    title: 'Kubehop 自身出错了',
    unloaded: 'Kubehop 的一部分没有加载成功',
    saved: '清单已按你输入的原样保存。请先下载清单，再重新加载页面；错误说明见下方。',
    nothing: '你还没有保存过任何内容，因此没有丢失什么。请重新加载页面；错误说明见下方。',
    download: '下载清单',
    reload: '重新加载',
    fresh: '重新加载并恢复场景初始状态',
  },
} as const satisfies Record<Lang, unknown>;

export interface Failure {
  readonly error: Error;
  /** The components it happened in; empty where it was in none. */
  readonly where: string;
  readonly lang: Lang;
  readonly files: readonly ManifestFile[];
}

/** What a browser says of a module or a style sheet that it could not get: network's fault or a new version's, not the code's. */
const UNLOADED = /dynamically imported module|module script failed|error loading|preload CSS/i;

/** Fills `main` with the failure; its first button has the focus. */
export function drawFailure(main: HTMLElement, { error, where, lang, files }: Failure): void {
  const words = WORDS[lang];
  const title = element('h1', UNLOADED.test(error.message) ? words.unloaded : words.title);
  const text = element('p', files.length > 0 ? words.saved : words.nothing);
  const reload = button(words.reload, () => window.location.reload());
  const fresh = button(words.fresh, () => void forgetSession().then(() => window.location.reload()));
  const save = button(words.download, () => {
    for (const file of files) download(file.name, file.text);
  });
  const buttons = element('div', '', styles.buttons);
  buttons.append(...(files.length > 0 ? [save, reload, fresh] : [reload]));
  (files.length > 0 ? save : reload).classList.add(styles.primary ?? '');
  const details = element('pre', `${error.name}: ${error.message}\n${error.stack ?? ''}${where}`);
  details.tabIndex = 0;
  main.className = styles.screen ?? '';
  main.lang = lang;
  main.setAttribute('role', 'alert');
  main.replaceChildren(title, text, buttons, details);
  buttons.querySelector('button')?.focus();
}

/** The page could not start: the saved session, if any, is all there is. */
export async function showStartFailure(root: HTMLElement, thrown: unknown, lang: Lang): Promise<void> {
  const main = element('main', '');
  root.replaceChildren(main);
  const session = await loadSession();
  drawFailure(main, { error: asError(thrown), where: '', lang, files: session?.files ?? [] });
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, text: string, className = ''): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  const made = element('button', text);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}
