/** kubectl's own lines about what a command did, cut where there are many. */

const SHOWN = 3;

export function appliedText(messages: readonly string[]): string {
  const rest = messages.length - SHOWN;
  return [...messages.slice(0, SHOWN), ...(rest > 0 ? [`… +${rest}`] : [])].join('\n');
}
