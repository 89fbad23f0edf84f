/** The source port of a UDP client that keeps one: mDNS resolvers do. */
export const KEPT_PORT = 5353;
