/**
 * `ip route add|replace|change|append|delete` (iproute2 ip/iproute.c iproute_modify).
 *
 * Simplification: one next hop a route, the tables main, local and default; no flush, save or get.
 */
import type { Provenance } from '../../lib/provenance.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Netns } from '../../net/netns.ts';
import type { RouteSpec, RouteType } from '../../net/route/fib.ts';
import { replaceRoute } from '../../net/route/replace.ts';
import {
  abbreviated,
  addressWord,
  destinationWord,
  INCOMPLETE,
  notSimulated,
  unknownCommand,
  type ToolResult,
  type Words,
} from './words.ts';

const COMMANDS = ['add', 'append', 'change', 'replace', 'delete', 'list', 'show', 'flush', 'get', 'save'] as const;

export function ipRoute(netns: Netns, words: Words, by: Provenance): ToolResult {
  const word = words.take() ?? 'show';
  const command = abbreviated(word, COMMANDS);
  switch (command) {
    case 'add':
    case 'append':
      return modify(words, (spec) => netns.addRoute(spec, by));
    case 'replace':
      return modify(words, (spec) => replaceRoute(netns, spec, by));
    case 'change':
      return modify(words, (spec) => change(netns, spec, by));
    case 'delete':
      return modify(words, (spec) => netns.deleteRoute(spec));
    case 'list':
    case 'show':
    case 'flush':
    case 'get':
    case 'save':
      return notSimulated(`ip route ${command}`);
    case null:
      return unknownCommand(word, 'ip route');
  }
}

/** NLM_F_REPLACE without NLM_F_CREATE: only what is there can be changed. */
function change(netns: Netns, spec: RouteSpec, by: Provenance): Result<void, string> {
  const { dst, metric = 0 } = spec;
  const there = netns.fib
    .routes()
    .some((route) => route.table === (spec.table ?? 'main') && sameDestination(route.dst, dst) && route.metric === metric);
  return there ? replaceRoute(netns, spec, by) : err('RTNETLINK answers: No such file or directory');
}

function sameDestination(dst: string, wanted: RouteSpec['dst']): boolean {
  return dst === (wanted === 'default' ? '0.0.0.0/0' : wanted);
}

function modify(words: Words, act: (spec: RouteSpec) => Result<void, string>): ToolResult {
  const spec = takeSpec(words);
  if (!spec.ok) return spec;
  const acted = act(spec.value);
  return acted.ok ? ok('') : acted;
}

/** What may stand before the destination (iproute2 lib/rt_names.c rtnl_rtntype_a2n). */
const TYPES: readonly RouteType[] = ['unicast', 'local', 'broadcast', 'blackhole', 'unreachable', 'prohibit'];

type Draft = { -readonly [K in keyof RouteSpec]: RouteSpec[K] };

function takeSpec(words: Words): Result<RouteSpec, string> {
  let word = words.take();
  const type = TYPES.find((each) => each === word);
  if (type !== undefined) word = words.take();
  if (word === 'to') word = words.take();
  if (word === null) return INCOMPLETE;
  const dst = destinationWord(word);
  if (!dst.ok) return dst;
  const draft: Draft = { dst: dst.value, ...(type === undefined ? {} : { type }) };
  while (!words.done) {
    const taken = takeOption(words, draft);
    if (!taken.ok) return taken;
  }
  return ok(draft);
}

function takeOption(words: Words, draft: Draft): Result<void, string> {
  const name = words.take();
  if (name === 'onlink') {
    draft.onlink = true;
    return ok(undefined);
  }
  if (name === null || !OPTIONS.has(name)) return err(`Error: either "to" is duplicate, or "${name ?? ''}" is a garbage.`);
  const value = words.take();
  return value === null ? INCOMPLETE : takeValue(draft, name, value);
}

const OPTIONS: ReadonlySet<string> = new Set(['via', 'dev', 'src', 'metric', 'scope', 'proto', 'protocol', 'table']);

function takeValue(draft: Draft, name: string, value: string): Result<void, string> {
  switch (name) {
    case 'via':
    case 'src': {
      const addr = addressWord(value);
      if (!addr.ok) return addr;
      draft[name] = addr.value;
      return ok(undefined);
    }
    case 'dev':
      draft.dev = value;
      return ok(undefined);
    case 'metric':
      if (!/^\d+$/.test(value)) return err(`Error: argument "${value}" is wrong: "metric" value is invalid`);
      draft.metric = Number(value);
      return ok(undefined);
    case 'scope':
      if (value !== 'global' && value !== 'link' && value !== 'host')
        return err(`Error: argument "${value}" is wrong: invalid "scope" value`);
      draft.scope = value;
      return ok(undefined);
    case 'table':
      if (value !== 'main' && value !== 'local' && value !== 'default') return err(`table ${value}: not simulated`);
      draft.table = value;
      return ok(undefined);
    default:
      draft.proto = value;
      return ok(undefined);
  }
}
