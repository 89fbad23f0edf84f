/**
 * Finds vector files, tells their kind by their own fields, and checks each.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord, type UnknownRecord } from '../../api/json.ts';
import { checkKubeProxyFile } from './kube-proxy.ts';
import { checkPacketFile } from './packets.ts';

/** The .json files of a path: itself, or all in a folder and its folders, by name; text when there is no such path. */
export function vectorFiles(path: string): readonly string[] | string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return `${path}: no such file or folder`;
  if (!stat.isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name));
}

/** What differs in a file, or why it cannot be checked; none when all agrees. */
export function checkVectorFile(path: string): readonly string[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return [`cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
  return isRecord(json) ? checkVector(json) : ['cannot be read: no JSON object'];
}

/** A broken invariant in one file must not hide the others' results. */
function checkVector(json: UnknownRecord): readonly string[] {
  try {
    if (isRecord(json['cluster']) && 'probes' in json) return checkPacketFile(json);
    if ('objects' in json && 'expect' in json)
      return json['proxyMode'] === 'iptables'
        ? checkKubeProxyFile(json)
        : [`proxy mode ${String(json['proxyMode'])} is not supported yet`];
    return ['is neither a rule file (objects, expect) nor a packet file (cluster, probes)'];
  } catch (error) {
    return ['the simulator broke', ...String(error instanceof Error ? (error.stack ?? error.message) : error).split('\n')];
  }
}
