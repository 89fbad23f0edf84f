/**
 * The images a node has, and how long it takes to get one (pkg/kubelet/images/image_manager.go, serializeImagePulls: one at a time).
 *
 * Simplification: every image exists in its registry; the bandwidth is the same everywhere, and layers are not shared.
 */
import { NS_PER_MS, NS_PER_S, type Instant } from '../../sim/sim.ts';
import { imageSizeBytes } from '../workload/images/table.ts';
import type { ImageRef } from './image.ts';

/** What a node takes from a registry in a second. */
const BYTES_PER_SECOND = 50_000_000;
/** A round of manifest requests, which is all that `Always` costs when the image has not changed. */
const MANIFEST_NS = 150 * NS_PER_MS;

export interface Pull {
  /** From the request until the image is there. */
  readonly totalNs: number;
  /** The part spent on this image, not behind others in the queue. */
  readonly ownNs: number;
  readonly sizeBytes: number;
}

export class ImageStore {
  readonly #present = new Set<string>();
  #busyUntil: Instant = 0;

  has(image: ImageRef): boolean {
    return this.#present.has(image.text);
  }

  /** Queues a pull; the image counts as present from now on, as everyone who wants it waits in the same queue. */
  pull(image: ImageRef, now: Instant): Pull {
    const sizeBytes = imageSizeBytes(image);
    const layers = this.has(image) ? 0 : Math.round((sizeBytes / BYTES_PER_SECOND) * 1_000) * (NS_PER_S / 1_000);
    const ownNs = MANIFEST_NS + layers;
    const start = Math.max(now, this.#busyUntil);
    this.#busyUntil = start + ownNs;
    this.#present.add(image.text);
    return { totalNs: this.#busyUntil - now, ownNs, sizeBytes };
  }

  /** Puts an image there beforehand, as kubeadm's preflight and an operator's `docker load` do. */
  preload(image: ImageRef): void {
    this.#present.add(image.text);
  }
}

/** A duration as the kubelet's pull events print it: Go's Duration rounded to milliseconds, `1.532s`, `150ms`. */
export function durationText(ns: number): string {
  const ms = Math.round(ns / NS_PER_MS);
  if (ms < 1_000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${(ms % 60_000) / 1_000}s`;
  return minutes === 0 ? seconds : `${minutes}m${seconds}`;
}
