/** The editor in the application's tokens. It lives in a shadow root, so its styles are all here. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Extension } from '@codemirror/state';

const view = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--surface)', font: 'var(--t-code) var(--font-mono)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: 'calc(18px * var(--scale))', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 12px 0 4px' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--accent-t)',
  },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink-3)',
    border: '0',
    font: 'var(--t-caption) var(--font-mono)',
  },
  '.cm-lineNumbers .cm-gutterElement': {
    minWidth: 'calc(30px * var(--scale))',
    padding: '0 8px 0 4px',
    lineHeight: 'calc(18px * var(--scale))',
  },
  '.cm-faultLine': { backgroundColor: 'var(--drop-t)' },
  '.cm-faultNumber': { color: 'var(--drop)', backgroundColor: 'var(--drop-t)', fontWeight: '700' },
  '.cm-madeLine, .cm-madeLine *': { color: 'var(--on-mark) !important' },
  '.cm-madeLine': { backgroundColor: 'var(--mark)' },
  '.cm-lintRange': {
    backgroundImage: 'none !important',
    textDecorationLine: 'underline',
    textDecorationStyle: 'wavy',
    textDecorationThickness: '1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-error': { textDecorationColor: 'var(--drop)' },
  '.cm-lintRange-warning': { textDecorationColor: 'var(--kern)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--sunk)',
    outline: '1px solid var(--line-2)',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--accent-t)', outline: '1px solid var(--accent-l)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--accent-l)' },
  '.cm-tooltip': {
    border: '0',
    borderRadius: 'var(--r-control)',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    boxShadow: 'var(--shadow), 0 0 0 1px var(--line-2)',
    font: 'var(--t-small) var(--font-ui)',
    maxWidth: '420px',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--font-mono)',
    fontSize: 'calc(12px * var(--scale))',
    maxHeight: '240px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', lineHeight: 'calc(18px * var(--scale))' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--accent-t)', color: 'var(--ink)' },
  '.cm-completionDetail': { color: 'var(--ink-3)', fontStyle: 'normal', marginLeft: '12px' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionInfo': {
    padding: '8px 10px',
    maxWidth: '340px',
    font: 'var(--t-small) var(--font-ui)',
    whiteSpace: 'pre-line',
  },
  '.cm-completionIcon': { display: 'none' },
  '.cm-diagnostic': {
    padding: '6px 10px',
    borderLeft: '3px solid var(--drop)',
    font: 'var(--t-code) var(--font-mono)',
    whiteSpace: 'pre-wrap',
  },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--kern)' },
  '.cm-fieldDoc': { padding: '8px 10px', whiteSpace: 'pre-line' },
  '.cm-fieldDoc code': { font: 'var(--t-code) var(--font-mono)' },
  '.cm-panels': { backgroundColor: 'var(--surface)', color: 'var(--ink)', borderTop: '1px solid var(--line)' },
  '.cm-panel.cm-search': { font: 'var(--t-small) var(--font-ui)' },
  '.cm-panel.cm-search label': { font: 'inherit' },
  '.cm-textfield': {
    border: '1px solid var(--line-3)',
    borderRadius: '4px',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    font: 'var(--t-code) var(--font-mono)',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--line-2)',
    borderRadius: '4px',
    color: 'var(--ink)',
    font: 'inherit',
  },
  '.cm-panel button[name=close]': { color: 'var(--ink-2)' },
  '.cm-foldPlaceholder': { border: '1px solid var(--line-2)', background: 'var(--sunk)', color: 'var(--ink-3)' },
});

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--ink-3)' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace, tags.meta], color: 'var(--ink-3)' },
  { tag: tags.comment, color: 'var(--ink-3)' },
  { tag: tags.invalid, color: 'var(--drop)' },
]);

export const theme: Extension = [view, syntaxHighlighting(highlight)];
