import type { send as english } from '../en/send.ts';
import type { Translated } from '../translated.ts';

export const send: Translated<typeof english> = {};
