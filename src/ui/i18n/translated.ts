/**
 * The shape another language's catalogue must have: English's keys, no more and no fewer. Chinese has one plural form, so
 * the English `_one` keys have no counterpart there.
 */
export type Translated<T> = {
  readonly [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string ? string : Translated<T[K]>;
};
