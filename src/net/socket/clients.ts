/** Clients of one question: how they hear the answer, and what they are told when they cannot even begin. */
import type { ClientErrno, ClientHandle, ClientSpec, UdpSpec } from './spec.ts';
import { messageText } from './words.ts';

/** A client that takes one answer as text. */
export function hearing({ process, onEvent }: ClientSpec): Pick<UdpSpec, 'process' | 'onMessage' | 'onError'> {
  return {
    process,
    onMessage: (payload) => onEvent({ kind: 'answered', text: messageText(payload) }),
    onError: (errno) => onEvent({ kind: 'error', errno }),
  };
}

/** A client that could not even begin. */
export function refused({ onEvent }: ClientSpec, errno: ClientErrno): ClientHandle {
  onEvent({ kind: 'error', errno });
  return { close: () => undefined };
}
