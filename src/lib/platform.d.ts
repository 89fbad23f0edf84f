/**
 * The few globals that Node 20, browsers and workers share and the engine uses. tsconfig.engine.json knows neither the DOM nor
 * Node, so what is not declared here does not exist for the engine.
 */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean });
  decode(bytes?: Uint8Array): string;
}

declare function structuredClone<T>(value: T): T;
