/**
 * What was last written for every Service port: what it was made of and its lines in shared chains, kept until that changes.
 * This is what makes a sync cost as much as its changes: unchanged ports are neither categorised nor hashed. The names and
 * rules of own chains are not kept: they are many, and follow from the rest.
 */
import type { EndpointInfo } from './endpoint.ts';
import { writeOwnRules, type NatBuffers } from './own-rules.ts';
import type { ProxyState } from './proxy-state.ts';
import { ownChains, planRules, type RuleContext, type RulePlan } from './rule-plan.ts';
import type { ServicePortInfo } from './service-port.ts';
import { filterRules, natSharedRules } from './shared-rules.ts';

interface Rendered {
  readonly info: ServicePortInfo;
  readonly endpoints: readonly EndpointInfo[];
  readonly zone: string;
  /** Its lines in shared chains of each table. */
  readonly filter: string;
  readonly nat: string;
}

/** The lines of all Service ports in chains that they share. */
export interface SharedText {
  readonly filter: string;
  readonly nat: string;
}

export class RenderedPorts {
  readonly #rendered = new Map<string, Rendered>();
  readonly #keysOfService = new Map<string, readonly string[]>();
  /** Chains once written and no longer in use. */
  readonly #retired = new Set<string>();
  #shared: SharedText | null = null;

  /** Writes the own chains of one Service's ports to `nat`, and forgets ports it has no more. */
  update(service: string, state: ProxyState, context: RuleContext, nat: NatBuffers): void {
    const ports = state.portsOf(service);
    this.#forgetPorts(service, ports);
    for (const info of ports) {
      const plan = planRules(info, state.endpointsOf(info.key), context.zone);
      this.#keep(plan, state.endpointsOf(info.key), context.zone);
      writeOwnRules(plan, context, nat);
    }
  }

  /** The lines in shared chains, joined again only after one of them changed. */
  sharedText(): SharedText {
    if (this.#shared === null) {
      const all = [...this.#rendered.values()];
      this.#shared = { filter: all.map(({ filter }) => filter).join(''), nat: all.map(({ nat }) => nat).join('') };
    }
    return this.#shared;
  }

  /** The chains in use by the given Services, each with its Service. */
  owners(services: Iterable<string>): ReadonlyMap<string, string> {
    const owners = new Map<string, string>();
    for (const service of services) {
      for (const key of this.#keysOfService.get(service) ?? []) {
        for (const chain of chainsOf(this.#rendered.get(key))) owners.set(chain, service);
      }
    }
    return owners;
  }

  /** Chains written earlier and in use no more; asking forgets them. */
  takeRetired(): readonly string[] {
    const retired = [...this.#retired];
    this.#retired.clear();
    return retired;
  }

  #keep(plan: RulePlan, endpoints: readonly EndpointInfo[], zone: string): void {
    const { info } = plan;
    const old = this.#rendered.get(info.key);
    if (old?.info === info && old.endpoints === endpoints && old.zone === zone) return;
    const rendered = { info, endpoints, zone, filter: filterRules(plan), nat: natSharedRules(plan) };
    if (old?.filter !== rendered.filter || old.nat !== rendered.nat) this.#shared = null;
    if (old !== undefined) {
      for (const chain of chainsOf(old)) this.#retired.add(chain);
    }
    // Not only this port's: one that was deleted and made again before a cleanup has its chains back.
    if (this.#retired.size > 0) for (const chain of ownChains(plan)) this.#retired.delete(chain);
    this.#rendered.set(info.key, rendered);
  }

  #forgetPorts(service: string, ports: readonly ServicePortInfo[]): void {
    const kept = ports.map(({ key }) => key);
    for (const key of this.#keysOfService.get(service) ?? []) {
      const old = this.#rendered.get(key);
      if (kept.includes(key) || old === undefined) continue;
      for (const chain of chainsOf(old)) this.#retired.add(chain);
      this.#rendered.delete(key);
      this.#shared = null;
    }
    if (kept.length === 0) this.#keysOfService.delete(service);
    else this.#keysOfService.set(service, kept);
  }
}

function chainsOf(rendered: Rendered | undefined): readonly string[] {
  return rendered === undefined ? [] : ownChains(planRules(rendered.info, rendered.endpoints, rendered.zone));
}
