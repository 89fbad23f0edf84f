import type { journey as english } from '../en/journey.ts';
import type { Translated } from '../translated.ts';

export const journey: Translated<typeof english> = {};
