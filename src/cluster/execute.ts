/**
 * What each command does to a world. A refusal is data and leaves the world as it was.
 */
import { decodeManifests } from '../api/decode.ts';
import { manifestErrorsOf } from '../api/locate.ts';
import type { ManifestError } from '../api/manifest-error.ts';
import type { ManifestDocument } from '../api/manifest.ts';
import { kubectlErrorText, unreachableText, validationUnreachable } from '../api/status.ts';
import {
  applyManifests,
  deletedMessage,
  deleteManifests,
  kubectlName,
  scale,
  type ApplyFailure,
} from '../controlplane/apply.ts';
import { assertNever } from '../lib/assert.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Kernel } from '../net/kernel.ts';
import type { ApplyPreview, ProbeResult } from './cluster-api.ts';
import { commandError } from './command-error.ts';
import type { Command } from './commands.ts';
import { injectFault, repairFault } from './faults/inject.ts';
import { findNetns } from './faults/place.ts';
import { injectRandomFault } from './faults/random.ts';
import { killContainer } from './kill-container.ts';
import { reportLoadBalancer } from './load-balancer.ts';
import { setPower } from './power.ts';
import { runTool } from './tools/run.ts';
import type { World } from './world.ts';

/** What a command that was carried out has to say. */
export interface Executed {
  readonly warnings: readonly ManifestError[];
  readonly messages: readonly string[];
  readonly probe: ProbeResult | null;
}

type Execution = Result<Executed, readonly ManifestError[]>;

function done(messages: readonly string[] = [], warnings: readonly ManifestError[] = []): Execution {
  return ok({ warnings, messages, probe: null });
}

function refused(message: string): Execution {
  return err([commandError(message)]);
}

/** Carries out a command and lets the world come to rest. */
export function executeCommand(world: World, command: Command): Execution {
  const execution = carryOut(world, command);
  if (execution.ok) world.faults.review();
  return execution;
}

function carryOut(world: World, command: Command): Execution {
  const unanswered = unansweredText(world, command);
  if (unanswered !== null) return refused(unanswered);
  switch (command.kind) {
    case 'apply':
      return settled(world, applyText(world, command.file, command.text));
    case 'delete-manifest':
      return settled(world, deleteFile(world, command.file, command.text));
    case 'delete':
      return settled(world, deleteObject(world, command.object, command.gracePeriodSeconds));
    case 'scale':
      return settled(world, scaleObject(world, command.object, command.replicas));
    case 'load-balancer': {
      const reported = reportLoadBalancer(world.store, command.object, command.ips);
      return settled(world, reported.ok ? done([reported.value]) : refused(reported.error));
    }
    case 'probe': {
      const probed = world.probe(command.probe);
      return probed.ok ? ok({ warnings: [], messages: [], probe: probed.value }) : probed;
    }
    case 'sysctl':
      return onNode(world, command.node, (kernel) => fromResult(kernel.root.sysctl.set(command.name, command.value)));
    case 'tool':
      return settled(world, toolLine(world, command));
    case 'power':
      return settled(world, fromResult(setPower(world, command.node, command.on)));
    case 'agent':
      return settled(world, setAgent(world, command));
    case 'kill-container':
      return settled(world, fromResult(killContainer(world, command)));
    case 'fault':
      return fromInjection(injectFault(world, command.fault, { hidden: command.hidden === true }));
    case 'random-fault':
      return fromInjection(injectRandomFault(world, command.seed));
    case 'repair':
      return fromInjection(repairFault(world, command.id));
    case 'reveal':
      return fromResult(world.faults.reveal(command.id));
    case 'iptables':
      return onNode(world, command.node, (kernel) => iptables(kernel, command.args));
    case 'advance':
      world.sim.run({ deadline: world.sim.now + command.ns, maxSteps: Number.MAX_SAFE_INTEGER });
      return done();
    case 'flush-conntrack':
      return onNodes(world, command.node, (kernel) => {
        kernel.root.netfilter.conntrack.flush();
      });
    case 'zero-counters':
      return onNodes(world, command.node, (kernel) => {
        kernel.root.netfilter.zeroCounters();
      });
    default:
      return assertNever(command);
  }
}

function settled(world: World, execution: Execution): Execution {
  if (!execution.ok) return execution;
  world.apiServer.review();
  world.settle();
  return execution;
}

/** What kubectl prints of a command that needs the API server and finds none; null where it is answered, or needs none. */
function unansweredText({ apiServer }: World, command: Command): string | null {
  switch (command.kind) {
    case 'apply': {
      const error = apiServer.refusal();
      return error === null ? null : validationUnreachable(command.file, apiServer.address, error);
    }
    case 'delete-manifest':
    case 'delete':
    case 'scale':
    case 'load-balancer': {
      const error = apiServer.refusal();
      return error === null ? null : unreachableText(apiServer.address, error);
    }
    default:
      return null;
  }
}

/** Applies a manifest's text; the world has yet to come to rest. */
export function applyText(world: World, file: string, text: string): Execution {
  const { documents, faulty, problems } = decodeManifests(text, file);
  const [fatal, warnings] = split(problems);
  if (fatal.length > 0) return err([...fatal, ...dryErrors(world, file, [...documents, ...faulty])]);
  const applied = applyManifests(world.store, documents, { file });
  if (!applied.ok) return err(placed(applied.error, documents));
  return done(
    applied.value.map((object) => object.message),
    warnings,
  );
}

/** What Apply would do; nothing happens. */
export function previewApply(world: World, file: string, text: string): ApplyPreview {
  const { documents, faulty, problems } = decodeManifests(text, file);
  const [fatal, warnings] = split(problems);
  const unanswered = unansweredText(world, { kind: 'apply', file, text });
  if (unanswered !== null) return { errors: [...fatal, commandError(unanswered)], warnings, changes: [] };
  const readable = [...documents, ...faulty];
  const rehearsed = applyManifests(world.store, readable, { file, dryRun: true });
  if (!rehearsed.ok) return { errors: [...fatal, ...placed(rehearsed.error, readable)], warnings, changes: [] };
  return {
    errors: fatal,
    warnings,
    changes: rehearsed.value
      .filter((object) => object.verb !== 'unchanged')
      .map((object) => ({ object: object.key, verb: object.verb, fields: object.changes.map((change) => change.path) })),
  };
}

/** Errors of the documents that could be read, so that all are shown at once. */
function dryErrors(world: World, file: string, documents: readonly ManifestDocument[]): readonly ManifestError[] {
  const rehearsed = applyManifests(world.store, documents, { file, dryRun: true });
  return rehearsed.ok ? [] : placed(rehearsed.error, documents);
}

function split(
  errors: readonly ManifestError[],
): readonly [fatal: readonly ManifestError[], warnings: readonly ManifestError[]] {
  return [errors.filter((error) => error.severity === 'error'), errors.filter((error) => error.severity === 'warning')];
}

/** Refusals of the API server at the lines they speak of. */
function placed(failures: readonly ApplyFailure[], documents: readonly ManifestDocument[]): readonly ManifestError[] {
  return failures.flatMap((failure) => {
    const document = documents.find((candidate) => candidate.document === failure.document);
    return document === undefined
      ? [commandError(kubectlErrorText(failure.status))]
      : manifestErrorsOf(document, failure.status);
  });
}

function deleteFile(world: World, file: string, text: string): Execution {
  const { documents, problems } = decodeManifests(text, file);
  const [fatal] = split(problems);
  if (fatal.length > 0) return err(fatal);
  const { messages, failures } = deleteManifests(world.store, documents);
  if (messages.length === 0 && failures.length > 0) return err(placed(failures, documents));
  return done([...messages, ...failures.map((failure) => kubectlErrorText(failure.status))]);
}

function deleteObject(world: World, key: string, gracePeriodSeconds: number | undefined): Execution {
  const object = world.store.byKey(key);
  if (object === null) return refused(`Error from server (NotFound): ${key} not found`);
  const { name } = object.metadata;
  const namespace = object.metadata.namespace ?? null;
  const deleted = world.store.delete(
    'kubectl',
    object.kind,
    namespace,
    name,
    gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds },
  );
  return deleted.ok ? done([deletedMessage(object.kind, name)]) : refused(kubectlErrorText(deleted.error));
}

function scaleObject(world: World, key: string, replicas: number): Execution {
  const object = world.store.byKey(key);
  if (object === null) return refused(`Error from server (NotFound): ${key} not found`);
  if (object.kind !== 'Deployment' && object.kind !== 'ReplicaSet' && object.kind !== 'StatefulSet') {
    return refused(`error: cannot scale ${key}: the server could not find the requested resource`);
  }
  const { name, namespace } = object.metadata;
  const scaled = scale(world.store, object.kind, { namespace, name }, replicas);
  return scaled.ok ? done([`${kubectlName(object.kind, name)} scaled`]) : refused(kubectlErrorText(scaled.error));
}

function onNode(world: World, name: string, act: (kernel: Kernel) => Execution): Execution {
  const kernel = world.machines.nodes.get(name);
  return kernel === undefined ? refused(`nodes "${name}" not found`) : settled(world, act(kernel));
}

function onNodes(world: World, name: string | null, act: (kernel: Kernel) => void): Execution {
  for (const [node, kernel] of world.machines.nodes) {
    if (name !== null && name !== node) continue;
    act(kernel);
    kernel.root.touch();
  }
  return name === null || world.machines.nodes.has(name) ? done() : refused(`nodes "${name}" not found`);
}

function iptables(kernel: Kernel, args: string): Execution {
  const result = kernel.root.netfilter.command(args, { actor: 'user', action: 'iptables', object: null });
  return result.exitCode === 0 ? done(result.stdout === '' ? [] : [result.stdout]) : refused(result.stderr);
}

function setAgent(world: World, { node: name, agent, running }: Extract<Command, { kind: 'agent' }>): Execution {
  const node = world.nodes.find((each) => each.name === name);
  if (node === undefined) return refused(`nodes "${name}" not found`);
  if (!node.on) return refused(`${name} is off`);
  if (agent === 'kube-proxy' && (world.spec.cluster.proxy.mode === 'none' || !node.spec.kubeProxy))
    return refused(`no kube-proxy runs on ${name}`);
  if (node.agents.runs(agent) === running) return refused(`${agent} ${running ? 'runs' : 'is stopped'} on ${name} already`);
  node.agents.setRunning(agent, running);
  return done();
}

/** A command line where it is typed; what the tool prints is said. */
function toolLine(world: World, command: Extract<Command, { kind: 'tool' }>): Execution {
  const netns = findNetns(world, command);
  if (!netns.ok) return refused(netns.error);
  const run = runTool(netns.value, command.line, 'user', world.servers);
  if (!run.ok) return refused(run.error);
  return done(run.value === '' ? [] : [run.value]);
}

function fromInjection(result: Result<readonly string[], string>): Execution {
  return result.ok ? done(result.value) : refused(result.error);
}

function fromResult(result: Result<void, string>): Execution {
  return result.ok ? done() : refused(result.error);
}
