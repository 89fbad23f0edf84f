/**
 * Completion and hover for manifests, from the schema the API server checks against. Documentation texts are large and come
 * when the first is asked for.
 */
import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import type { EditorState, Extension } from '@codemirror/state';
import { hoverTooltip, type EditorView, type Tooltip } from '@codemirror/view';
import { fieldsAt, typeOf, valuesAt, type Field } from './fields.ts';
import { fieldOn, placeOf } from './yaml-path.ts';

type Docs = Readonly<Record<string, Readonly<Record<string, string>>>>;

async function docs(): Promise<Docs> {
  const { DOCS } = await import('../../api/schema/docs.generated.ts');
  return DOCS;
}

function linesOf(state: EditorState): readonly string[] {
  return state.doc.toJSON();
}

const KEY = /^(\s*(?:-\s+)*)([\w-]*)$/;
const VALUE = /^(\s*(?:-\s+)*)([\w./-]+):\s+([\w./-]*)$/;

/** Longer texts are not read by the cluster either. */
const LONGEST = 1_500_000;

function complete(context: CompletionContext): CompletionResult | null {
  if (context.state.doc.length > LONGEST) return null;
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const lines = linesOf(context.state);
  const value = VALUE.exec(before);
  if (value !== null) {
    const [, lead = '', field = '', typed = ''] = value;
    // A value typed whole is not offered again: Enter is a new line then.
    const values = valuesAt(placeOf(lines, line.number - 1, lead.length), field);
    const fitting = values.filter((label) => label.startsWith(typed));
    if (fitting.length === 0 || values.includes(typed)) return null;
    return { from: context.pos - typed.length, options: fitting.map((label) => ({ label, type: 'enum' })) };
  }
  const key = KEY.exec(before);
  if (key === null) return null;
  const [, lead = '', typed = ''] = key;
  if (typed === '' && !context.explicit) return null;
  const options = fieldsAt(placeOf(lines, line.number - 1, lead.length)).map((field) => completionOf(field, lead.length));
  return options.length === 0 ? null : { from: context.pos - typed.length, options, validFor: /^[\w-]*$/ };
}

function completionOf(field: Field, column: number): Completion {
  const deeper = ' '.repeat(column + 2);
  const after = { value: ': ', mapping: `:\n${deeper}`, list: `:\n${deeper}- ` }[field.shape];
  return {
    label: field.name,
    detail: field.required ? `${field.type} *` : field.type,
    type: 'property',
    apply: field.name + after,
    boost: field.required ? 1 : 0,
    info: async () => textBox((await docs())[field.of]?.[field.name] ?? ''),
  };
}

function textBox(text: string): HTMLElement | null {
  if (text === '') return null;
  const box = document.createElement('div');
  box.textContent = text;
  return box;
}

async function hover(view: EditorView, position: number): Promise<Tooltip | null> {
  if (view.state.doc.length > LONGEST) return null;
  const line = view.state.doc.lineAt(position);
  const field = fieldOn(line.text);
  if (field === null) return null;
  const from = line.from + field.column;
  const end = from + field.key.length;
  if (position < from || position > end) return null;
  const place = placeOf(linesOf(view.state), line.number - 1, field.column);
  const known = fieldsAt(place).find(({ name }) => name === field.key);
  const of = typeOf(place);
  if (known === undefined || of === null) return null;
  const text = (await docs())[of]?.[field.key] ?? '';
  return { pos: from, end, create: () => ({ dom: fieldBox(known, text) }) };
}

function fieldBox(field: Field, text: string): HTMLElement {
  const box = document.createElement('div');
  box.className = 'cm-fieldDoc';
  const head = document.createElement('code');
  head.textContent = `${field.name}: ${field.type}${field.required ? ' *' : ''}`;
  box.append(head, document.createElement('br'), text);
  return box;
}

export function kubernetes(): Extension {
  return [autocompletion({ icons: false, override: [complete] }), hoverTooltip(hover, { hoverTime: 400 })];
}
