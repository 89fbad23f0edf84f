import type { dock as english } from '../en/dock.ts';
import type { Translated } from '../translated.ts';

export const dock: Translated<typeof english> = {};
