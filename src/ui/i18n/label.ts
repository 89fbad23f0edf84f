/** A key of the catalogue, for tables of things with names: commands, tabs, kinds. */
import type { ParseKeys } from 'i18next';

export type Label = ParseKeys;
