import type { topology as english } from '../en/topology.ts';
import type { Translated } from '../translated.ts';

export const topology: Translated<typeof english> = {};
