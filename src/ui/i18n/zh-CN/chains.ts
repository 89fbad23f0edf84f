import type { chains as english } from '../en/chains.ts';
import type { Translated } from '../translated.ts';

export const chains: Translated<typeof english> = {};
