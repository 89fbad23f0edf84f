/** The sockets of a namespace as `ss -tulpn` and `ss -t` list them: servers, then connections. */
import type { SocketView } from '../view.ts';
import type { ListenSpec } from './spec.ts';
import type { TcpSocket } from './tcp.ts';

export function socketViews(listeners: readonly ListenSpec[], connections: readonly TcpSocket[]): readonly SocketView[] {
  const listening = listeners.map(({ protocol, addr, port, process }) => ({
    protocol,
    local: addr,
    port,
    state: protocol === 'tcp' ? 'LISTEN' : 'UNCONN',
    process,
  }));
  const connected = connections.map(({ local, state, process }) => ({
    protocol: 'tcp' as const,
    local: local.addr,
    port: local.port,
    state,
    process,
  }));
  return [...listening, ...connected];
}
