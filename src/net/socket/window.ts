/**
 * The receive window a socket offers (net/ipv4/tcp_output.c tcp_select_initial_window, __tcp_select_window) with the buffers of a fresh
 * system: as many whole segments as 64 KB hold. Behind the handshake it is counted in units of 128 (wscale 7).
 */

const SPACE_BYTES = 65_535;
/** `wscale 7`: net.ipv4.tcp_rmem's largest buffer, 6 MB, fits 16 bits so. */
export const WINDOW_SCALE = 7;
/** Timestamps cost a listener twelve bytes of each segment before it counts them (openreq_init_rwin). */
const TIMESTAMP_OPTION_BYTES = 12;

export function initialWindow(mss: number, { listener }: { readonly listener: boolean }): number {
  const segment = listener ? mss - TIMESTAMP_OPTION_BYTES : mss;
  return SPACE_BYTES > segment ? SPACE_BYTES - (SPACE_BYTES % segment) : SPACE_BYTES;
}

export function scaled(window: number): number {
  return Math.ceil(window / 2 ** WINDOW_SCALE);
}
