/**
 * Defaults of Pods and Pod templates (pkg/apis/core/v1/defaults.go SetDefaults_Pod, _PodSpec, _Container, _Probe …) and of the
 * admission plugins that every Pod passes (DefaultTolerationSeconds, ServiceAccount, Priority).
 *
 * Simplification: the ServiceAccount admission's kube-api-access volume and its mounts are not added.
 */
import type { Draft } from '../json.ts';
import type { Toleration } from '../types/affinity.ts';
import type { Container, Probe } from '../types/container.ts';
import type { Pod, PodSpec, PodTemplateSpec } from '../types/pod.ts';

const DEFAULT_GRACE_SECONDS = 30;
/** DefaultTolerationSeconds admission: how long a Pod stays on a node that is not ready. */
const NOT_READY_TOLERATION_SECONDS = 300;

export function setDefaultsPod(pod: Draft<Pod>): void {
  const spec = (pod.spec ??= {});
  setDefaultsPodSpec(spec);
  spec.enableServiceLinks ??= true;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) requestsFromLimits(container);
}

/** Defaults of the template of a workload. */
export function setDefaultsPodTemplate(template: Draft<PodTemplateSpec>): void {
  setDefaultsPodSpec((template.spec ??= {}));
}

function setDefaultsPodSpec(spec: Draft<PodSpec>): void {
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.restartPolicy ??= 'Always';
  spec.terminationGracePeriodSeconds ??= DEFAULT_GRACE_SECONDS;
  spec.schedulerName ??= 'default-scheduler';
  spec.securityContext ??= {};
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])])
    setDefaultsContainer(container, spec.hostNetwork === true);
  for (const volume of spec.volumes ?? []) {
    if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {};
  }
}

function setDefaultsContainer(container: Draft<Container>, hostNetwork: boolean): void {
  container.imagePullPolicy ??= pullPolicyOf(container.image ?? '');
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  const resources = (container.resources ??= {});
  quantitiesAsText(resources.limits);
  quantitiesAsText(resources.requests);
  for (const port of container.ports ?? []) {
    port.protocol ??= 'TCP';
    if (hostNetwork && (port.hostPort ?? 0) === 0 && port.containerPort !== undefined) port.hostPort = port.containerPort;
  }
  setDefaultsProbe(container.livenessProbe);
  setDefaultsProbe(container.readinessProbe);
  setDefaultsProbe(container.startupProbe);
}

/** A quantity written as a number is stored as text: `cpu: 1` is `"1"`. */
export function quantitiesAsText(list: Record<string, unknown> | undefined): void {
  for (const [name, amount] of Object.entries(list ?? {})) {
    if (list !== undefined && typeof amount === 'number') list[name] = String(amount);
  }
}

/** `Always` for `:latest` and images without a tag. */
function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  const name = image.slice(image.lastIndexOf('/') + 1);
  if (name.includes('@')) return 'IfNotPresent';
  const colon = name.lastIndexOf(':');
  return colon < 0 || name.slice(colon + 1) === 'latest' ? 'Always' : 'IfNotPresent';
}

function setDefaultsProbe(probe: Draft<Probe> | undefined): void {
  if (probe === undefined) return;
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.httpGet !== undefined) {
    probe.httpGet.path ||= '/';
    probe.httpGet.scheme ||= 'HTTP';
  }
}

/** A limit without a request is also the request (SetDefaults_Pod). */
function requestsFromLimits(container: Draft<Container>): void {
  const limits = container.resources?.limits;
  if (limits === undefined || container.resources === undefined) return;
  container.resources.requests = { ...limits, ...container.resources.requests };
}

/** What admission adds to a new Pod. */
export function admitPod(pod: Draft<Pod>): void {
  const spec = (pod.spec ??= {});
  spec.serviceAccountName ??= 'default';
  spec.priority ??= priorityOf(spec.priorityClassName);
  const tolerations: Draft<Toleration>[] = (spec.tolerations ??= []);
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    if (tolerations.some((toleration) => tolerates(toleration, key))) continue;
    tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: NOT_READY_TOLERATION_SECONDS });
  }
}

function tolerates(toleration: Draft<Toleration>, key: string): boolean {
  const matchesKey = toleration.key === key || (toleration.key ?? '') === '';
  return matchesKey && (toleration.effect === undefined || toleration.effect === 'NoExecute');
}

function priorityOf(className: string | undefined): number {
  if (className === 'system-node-critical') return 2_000_001_000;
  return className === 'system-cluster-critical' ? 2_000_000_000 : 0;
}
