/**
 * What a shell script given as a container's command does: `sh -c "touch /tmp/healthy; sleep 30; rm /tmp/healthy; nc -lk -p 80"`.
 *
 * A script is read as a list of simple commands run one after another. Known ones take their time, change a file, listen or end the
 * script; a loop without end runs for ever. Anything else is told apart by the caller (a server of the image, or a client that is done at once).
 * Simplification: no variables, pipes, conditions or substitutions; `&&`, `||` and `;` all mean "then"; clients in a script
 * (`wget`, `curl`, `ping`, `nslookup`) send nothing.
 */
import { NS_PER_MS } from '../../sim/sim.ts';
import type { FileChange } from './workload.ts';

/** What one command of a script does. */
export type ScriptStep =
  | { readonly kind: 'sleep'; readonly ns: number | null }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'file'; readonly path: string; readonly exists: boolean }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'listen'; readonly protocol: 'tcp' | 'udp'; readonly port: number; readonly program: string }
  | { readonly kind: 'fail'; readonly code: number; readonly message: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'unknown'; readonly argv: readonly string[] };

/** A script played from its start. */
export interface ScriptRun {
  readonly files: readonly FileChange[];
  readonly output: readonly string[];
  readonly listens: readonly { readonly protocol: 'tcp' | 'udp'; readonly port: number; readonly program: string }[];
  /** First command nobody knew; it may be a server of the image. */
  readonly unknown: readonly string[] | null;
  /** Null: never ends. */
  readonly endsAfterNs: number | null;
  readonly exitCode: number;
}

/** Commands that are done at once as far as the network goes. */
const QUICK = new Set([
  ':',
  'true',
  'cat',
  'ls',
  'mkdir',
  'cp',
  'mv',
  'ln',
  'chmod',
  'chown',
  'export',
  'cd',
  'set',
  'date',
  'hostname',
  'env',
  'id',
  'pwd',
  'sed',
  'apk',
  'apt-get',
  'apt',
  'yum',
  'pip',
  'ip',
  'ifconfig',
  'sysctl',
  'sync',
  'test',
  '[',
  'trap',
  'tee',
  'grep',
  'whoami',
  'uname',
  'umask',
  'ulimit',
  'wget',
  'curl',
  'nslookup',
  'dig',
  'host',
  'arping',
  'traceroute',
  'telnet',
  'ssh',
]);
const SHELLS = new Set(['sh', 'bash', 'ash', 'dash', 'zsh']);
const ENDLESS_LOOP =
  /\b(?:while|until)\s+(?:true|:|\[\s*1\s*\]|sleep\s+\S+|! ?false|false)\s*;?\s*do\b|\bfor\s*\(\(\s*;\s*;\s*\)\)/;

/** The script of `sh -c SCRIPT`, or null when the words are something else. */
export function shellScriptOf(argv: readonly string[]): string | null {
  const [program = '', ...rest] = argv;
  if (!SHELLS.has(baseName(program))) return null;
  const c = rest.findIndex((word) => /^-[a-z]*c$/.test(word));
  return c < 0 ? null : (rest[c + 1] ?? '');
}

/** True for a shell that is given nothing to do: without a terminal it ends at once. */
export function isBareShell(argv: readonly string[]): boolean {
  return (
    argv.length > 0 &&
    SHELLS.has(baseName(argv[0] ?? '')) &&
    argv.slice(1).every((word) => word.startsWith('-') && !word.includes('c'))
  );
}

export function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}

/** Plays a script; commands behind one that never ends are not reached. */
export function runScript(script: string): ScriptRun {
  const files: FileChange[] = [];
  const output: string[] = [];
  const listens: ScriptRun['listens'][number][] = [];
  let unknown: readonly string[] | null = null;
  let at = 0;
  const end = (endsAfterNs: number | null, exitCode: number): ScriptRun => ({
    files,
    output,
    listens,
    unknown,
    endsAfterNs,
    exitCode,
  });
  for (const words of statementsOf(script)) {
    const step = stepOf(words);
    if (step.kind === 'file') files.push({ atNs: at, path: step.path, exists: step.exists });
    else if (step.kind === 'print') output.push(step.text);
    else if (step.kind === 'listen') listens.push(step);
    else if (step.kind === 'unknown') unknown ??= step.argv;
    else if (step.kind === 'exit') return end(at, step.code);
    else if (step.kind === 'sleep') {
      if (step.ns === null) return end(null, 0);
      at += step.ns;
    }
  }
  const runsOn = listens.length > 0 || unknown !== null || ENDLESS_LOOP.test(script);
  return end(runsOn ? null : at, 0);
}

/** Simple commands of a script, each as its words; the words of loops and conditions are dropped. */
function statementsOf(script: string): readonly (readonly string[])[] {
  const loop = ENDLESS_LOOP.exec(script);
  // What stands in an endless loop is done over and over: only listening and clients matter there, not sleeping.
  const body = loop === null ? script : script.slice(0, loop.index);
  const looped =
    loop === null ? [] : split(script.slice(loop.index + loop[0].length)).filter((words) => stepOf(words).kind === 'listen');
  return [...split(body), ...looped];
}

function split(script: string): readonly (readonly string[])[] {
  return script
    .split(/;|&&|\|\||\n|(?<![>&])&(?!&)/)
    .map((part) => wordsOf(part.replace(/\b(?:do|done|then|fi|else|if|while|until)\b/g, ' ')))
    .map((words) => (words[0] === 'exec' || words[0] === 'nohup' ? words.slice(1) : words))
    .filter((words) => words.length > 0);
}

/** Splits on blanks, minding quotes; a redirection ends the words. */
export function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+)/g)) {
    const bare = match[3];
    if (bare !== undefined && /^\d?[<>|]/.test(bare)) break;
    words.push(match[1] ?? match[2] ?? bare ?? '');
  }
  return words;
}

/** What one command does. */
export function stepOf(argv: readonly string[]): ScriptStep {
  const [program = '', ...args] = argv;
  const name = baseName(program);
  switch (name) {
    case 'sleep':
      return { kind: 'sleep', ns: durationOf(args[0] ?? '') };
    case 'tail':
      return args.some((word) => /^-[a-zA-Z]*[fF]/.test(word)) ? { kind: 'sleep', ns: null } : { kind: 'done' };
    case 'exit':
      return { kind: 'exit', code: Number(args[0] ?? '0') || 0 };
    case 'false':
      return { kind: 'fail', code: 1, message: '' };
    case 'touch':
      return { kind: 'file', path: args.find((word) => !word.startsWith('-')) ?? '', exists: true };
    case 'rm':
      return { kind: 'file', path: args.find((word) => !word.startsWith('-')) ?? '', exists: false };
    case 'echo':
    case 'printf':
      return { kind: 'print', text: args.filter((word) => word !== '-n' && word !== '-e').join(' ') };
    case 'nc':
    case 'ncat':
    case 'netcat':
      return netcat(args);
    case 'httpd':
      return args.includes('-f')
        ? { kind: 'listen', protocol: 'tcp', port: portAfter(args, '-p') ?? 80, program: 'httpd' }
        : { kind: 'unknown', argv };
    case 'socat':
      return socat(args);
    case 'ping':
      return args.includes('-c') ? { kind: 'done' } : { kind: 'sleep', ns: null };
    case 'pause':
      return { kind: 'sleep', ns: null };
    default:
      return (
        pythonServer(name, args) ?? (QUICK.has(name) || program.includes('=') ? { kind: 'done' } : { kind: 'unknown', argv })
      );
  }
}

const UNIT_S: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** `30`, `0.5`, `5m`, `infinity`: nanoseconds, null for ever. */
function durationOf(text: string): number | null {
  if (/^inf/i.test(text)) return null;
  const parts = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text);
  return parts === null ? 0 : Math.round(Number(parts[1]) * (UNIT_S[parts[2] ?? ''] ?? 1) * 1_000) * NS_PER_MS;
}

function netcat(args: readonly string[]): ScriptStep {
  const flags = args.filter((word) => /^-[a-zA-Z]+$/.test(word)).join('');
  if (!flags.includes('l')) return { kind: 'done' };
  const port = portAfter(args, '-p') ?? args.map(Number).find((value) => Number.isInteger(value) && value > 0) ?? null;
  const flagged = args.findIndex((word) => /^-[a-zA-Z]*p$/.test(word));
  const after = flagged < 0 ? null : toPort(args[flagged + 1]);
  const found = after ?? port;
  return found === null
    ? { kind: 'fail', code: 1, message: 'nc: missing port' }
    : { kind: 'listen', protocol: flags.includes('u') ? 'udp' : 'tcp', port: found, program: 'nc' };
}

function socat(args: readonly string[]): ScriptStep {
  const found = args.map((word) => /^(TCP|UDP)4?-LISTEN:(\d+)/i.exec(word)).find((match) => match !== null);
  if (found === undefined) return { kind: 'done' };
  return {
    kind: 'listen',
    protocol: found[1]?.toLowerCase() === 'udp' ? 'udp' : 'tcp',
    port: Number(found[2]),
    program: 'socat',
  };
}

function pythonServer(name: string, args: readonly string[]): ScriptStep | null {
  const m = args.indexOf('-m');
  if (!/^python[23]?(?:\.\d+)?$/.test(name) || m < 0) return null;
  const module = args[m + 1];
  if (module !== 'http.server' && module !== 'SimpleHTTPServer') return null;
  return { kind: 'listen', protocol: 'tcp', port: toPort(args[m + 2]) ?? 8000, program: name };
}

function portAfter(args: readonly string[], flag: string): number | null {
  const at = args.indexOf(flag);
  return at < 0 ? null : toPort(args[at + 1]?.replace(/^.*:/, ''));
}

export function toPort(text: string | undefined): number | null {
  const value = Number(text);
  return text !== undefined && /^\d+$/.test(text) && value > 0 && value <= 65_535 ? value : null;
}
