/**
 * CodeMirror as an object with a life: `create` → `update`, `destroy`. It is mounted in a shadow root, where its style sheets are
 * adopted instead of written into the page, as the built page's policy demands.
 */
import { closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers, tooltips } from '@codemirror/view';
import type { ManifestError, TextRange } from '../../api/manifest-error.ts';
import { diagnostics, marks, offsets, setMarks } from './marks.ts';
import { theme } from './theme.ts';

export interface EditorShown {
  readonly text: string;
  readonly problems: readonly ManifestError[];
  /** Ranges to mark as the makers of the selected thing. */
  readonly made: readonly TextRange[];
  readonly label: string;
  /** CodeMirror's own words (its search panel), translated. */
  readonly phrases: Readonly<Record<string, string>>;
}

export interface EditorOptions {
  readonly host: HTMLElement;
  readonly shown: EditorShown;
  readonly onChange: (text: string) => void;
  /** Completion and hover. */
  readonly language: Extension;
}

export interface EditorHandle {
  update(shown: EditorShown): void;
  /** Puts the cursor on a range and shows it. */
  goTo(range: TextRange): void;
  destroy(): void;
}

/** Apply has Ctrl/⌘ Enter; everything else is CodeMirror's usual. */
const keys = [
  ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter'),
  ...historyKeymap,
  ...searchKeymap,
  ...completionKeymap,
  indentWithTab,
];

function words(shown: EditorShown): Extension {
  return [EditorState.phrases.of(shown.phrases), EditorView.contentAttributes.of({ 'aria-label': shown.label, tabindex: '0' })];
}

export function createEditor({ host, shown: first, onChange, language }: EditorOptions): EditorHandle {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const said = new Compartment();
  let shown = first;
  let text = first.text;
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: first.text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        highlightSelectionMatches(),
        search({ top: false }),
        indentUnit.of('  '),
        EditorState.tabSize.of(2),
        yaml(),
        marks,
        language,
        theme,
        tooltips({ position: 'fixed' }),
        said.of(words(first)),
        keymap.of(keys),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          text = update.state.doc.toString();
          onChange(text);
        }),
      ],
    }),
  });
  point(view, first);
  return {
    update(next) {
      const before = shown;
      shown = next;
      // Text that came from elsewhere (an import under the same name) replaces the document; what was typed is there already.
      if (next.text !== text) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next.text } });
      if (next.problems !== before.problems || next.made !== before.made) point(view, next);
      if (next.made !== before.made) reveal(view, next.made[0]);
      if (next.label !== before.label || next.phrases !== before.phrases)
        view.dispatch({ effects: said.reconfigure(words(next)) });
    },
    goTo(range) {
      const { from, to } = offsets(view.state.doc, range);
      view.dispatch({
        selection: { anchor: from, head: Math.min(to, view.state.doc.lineAt(from).to) },
        effects: EditorView.scrollIntoView(from, { y: 'center' }),
      });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

function point(view: EditorView, { problems, made }: EditorShown): void {
  const faults = problems.filter((problem) => problem.severity === 'error').map((problem) => problem.line);
  view.dispatch(setDiagnostics(view.state, diagnostics(view.state, problems)));
  view.dispatch({ effects: setMarks.of({ faults, made }) });
}

function reveal(view: EditorView, range: TextRange | undefined): void {
  if (range === undefined) return;
  view.dispatch({ effects: EditorView.scrollIntoView(offsets(view.state.doc, range).from, { y: 'nearest', yMargin: 40 }) });
}
