/** Lines and ranges the editor points out: faults at their place, and the lines that made what is selected on the map. */
import { StateEffect, StateField, type EditorState, type Extension, type Range, type Text } from '@codemirror/state';
import { Decoration, EditorView, gutterLineClass, GutterMarker, type DecorationSet } from '@codemirror/view';
import { RangeSet } from '@codemirror/state';
import type { Diagnostic } from '@codemirror/lint';
import type { ManifestError, TextRange } from '../../api/manifest-error.ts';

/** Offsets of a 1-based range, held inside the text as it now is; never empty where there is a character to show. */
export function offsets(doc: Text, range: TextRange): { readonly from: number; readonly to: number } {
  const at = (line: number, column: number): number => {
    const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
    return Math.min(found.from + Math.max(column - 1, 0), found.to);
  };
  const from = at(range.line, range.column);
  const to = Math.max(from, at(range.endLine, range.endColumn));
  if (to > from) return { from, to };
  const line = doc.lineAt(from);
  return line.length === 0 ? { from, to } : from < line.to ? { from, to: from + 1 } : { from: from - 1, to: from };
}

export function diagnostics(state: EditorState, problems: readonly ManifestError[]): Diagnostic[] {
  return problems.map((problem) => ({
    ...offsets(state.doc, problem),
    severity: problem.severity,
    message: problem.heading === null ? problem.message : `${problem.heading}: ${problem.message}`,
  }));
}

interface Marks {
  readonly faults: readonly number[];
  readonly made: readonly TextRange[];
}

export const setMarks = StateEffect.define<Marks>();

/** A range longer than this marks only its first line: a whole document in yellow says nothing. */
const LONGEST = 3;

function madeLines(made: readonly TextRange[]): readonly number[] {
  return made.flatMap(({ line, endLine, endColumn }) => {
    const last = endColumn <= 1 && endLine > line ? endLine - 1 : endLine;
    return last - line >= LONGEST ? [line] : Array.from({ length: last - line + 1 }, (_, index) => line + index);
  });
}

const faultLine = Decoration.line({ class: 'cm-faultLine' });
const madeLine = Decoration.line({ class: 'cm-madeLine' });

class FaultMarker extends GutterMarker {
  override elementClass = 'cm-faultNumber';
}
const faultMarker = new FaultMarker();

interface Shown {
  readonly lines: DecorationSet;
  readonly numbers: RangeSet<GutterMarker>;
}

function shown(doc: Text, { faults, made }: Marks): Shown {
  const starts = (lines: readonly number[]): readonly number[] =>
    [...new Set(lines)].filter((line) => line >= 1 && line <= doc.lines).map((line) => doc.line(line).from);
  const lines: Range<Decoration>[] = [
    ...starts(faults).map((from) => faultLine.range(from)),
    ...starts(madeLines(made)).map((from) => madeLine.range(from)),
  ];
  return {
    lines: Decoration.set(lines, true),
    numbers: RangeSet.of(
      starts(faults).map((from) => faultMarker.range(from)),
      true,
    ),
  };
}

const field = StateField.define<Shown>({
  create: () => ({ lines: Decoration.none, numbers: RangeSet.of<GutterMarker>([]) }),
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setMarks)) return shown(transaction.state.doc, effect.value);
    if (!transaction.docChanged) return value;
    return { lines: value.lines.map(transaction.changes), numbers: value.numbers.map(transaction.changes) };
  },
  provide: (self) => [
    EditorView.decorations.from(self, (value) => value.lines),
    gutterLineClass.from(self, (value) => value.numbers),
  ],
});

export const marks: Extension = field;
