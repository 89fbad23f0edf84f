/** What a measurement is asked for when nobody says otherwise, and what may be asked. */

export const DEFAULT_SECONDS = 10;
export const MAX_SECONDS = 60;
/** iperf3's own for UDP. */
export const DEFAULT_BITS_PER_SECOND = 1_048_576;
/** What `-b` may be. */
export const MIN_BITS_PER_SECOND = 1000;
export const MAX_BITS_PER_SECOND = 1e11;
