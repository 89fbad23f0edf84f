/** Keys as commands spell them: matching an event, and the text shown to the user (⌘K on a Mac, Ctrl K elsewhere). */

const MAC = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform);

interface Chord {
  readonly mod: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly key: string;
}

function parse(spec: string): Chord {
  const parts = spec === '+' ? ['+'] : spec.split('+');
  const key = parts.at(-1) ?? '';
  return { mod: parts.includes('mod'), shift: parts.includes('shift'), alt: parts.includes('alt'), key };
}

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** True when the event is that key. Shift counts only where the key's own character does not already say it. */
export function matchesKey(event: KeyPress, spec: string): boolean {
  const chord = parse(spec);
  const mod = event.ctrlKey || event.metaKey;
  const shiftMatters = chord.key.length > 1 || chord.mod || /[a-z]/i.test(chord.key);
  return (
    event.key.toLowerCase() === chord.key.toLowerCase() &&
    mod === chord.mod &&
    event.altKey === chord.alt &&
    (!shiftMatters || event.shiftKey === chord.shift)
  );
}

/** True for a key that types a character: these can be switched off, and never act while text is being typed. */
export function isCharacterKey(spec: string): boolean {
  const chord = parse(spec);
  return !chord.mod && chord.key.length === 1 && chord.key !== ' ';
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Enter: '↵',
  Escape: 'Esc',
  ' ': 'Space',
};

/** A key as it is printed on a keyboard. */
export function keyText(spec: string, mac: boolean = MAC): string {
  const { mod, shift, alt, key } = parse(spec);
  const name = NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  if (mac) return `${alt ? '⌥' : ''}${shift ? '⇧' : ''}${mod ? '⌘' : ''}${name}`;
  return [...(mod ? ['Ctrl'] : []), ...(alt ? ['Alt'] : []), ...(shift ? ['Shift'] : []), name].join(' ');
}
