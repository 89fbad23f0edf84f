/**
 * The two small programs an exported script brings along, in Python: the servers of all namespaces, and the client of a probe.
 *
 * A server's answer says who answered, which address it saw and the TTL the request arrived with, so that what a real kernel did
 * can be held against the trace. Both enter a namespace by setns(2), so one process serves all of them.
 */

/** Reads `NETNS NAME PROTOCOL ADDRESS PORT` lines, listens on all of them, and goes into the background. */
export const SERVER_PROGRAM = String.raw`
import ctypes, os, socket, struct, sys, threading

IP_PKTINFO, IP_PKTOPTIONS, IP_RECVTTL = 8, 9, 12
libc = ctypes.CDLL(None, use_errno=True)

def enter(netns):
    with open("/run/netns/" + netns) as file:
        if libc.setns(file.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns " + netns)

def control(messages, kind):
    return next((data for level, type, data in messages if level == socket.IPPROTO_IP and type == kind), None)

def number(data):
    return "?" if data is None else str(struct.unpack("=i", data[:4])[0])

def answer(name, peer, ttl):
    return "%s saw %s ttl %s\n" % (name, peer, ttl)

# What the kernel kept of the segment that completed the handshake: a list of struct cmsghdr, of which TTL is the only one.
def tcp_ttl(conversation):
    options = conversation.getsockopt(socket.IPPROTO_IP, IP_PKTOPTIONS, 64)
    return number(options[16:20] if len(options) >= 20 else None)

def converse(name, conversation, peer):
    with conversation:
        conversation.settimeout(5)
        try:
            ttl = tcp_ttl(conversation)
            conversation.recv(65536)
            head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"
            conversation.sendall((head + answer(name, peer[0], ttl)).encode())
        except OSError:
            pass  # The client went away.

def serve_tcp(name, listener):
    while True:
        conversation, peer = listener.accept()
        threading.Thread(target=converse, args=(name, conversation, peer), daemon=True).start()

def serve_udp(name, server):
    while True:
        try:
            _, messages, _, peer = server.recvmsg(65536, 256)
            ttl = number(control(messages, socket.IP_TTL))
            # Answered from the address that was asked: ipi_spec_dst of struct in_pktinfo.
            asked = control(messages, IP_PKTINFO)
            source = [(socket.IPPROTO_IP, IP_PKTINFO, struct.pack("=i4s4s", 0, asked[8:12], b"\0" * 4))]
            server.sendmsg([answer(name, peer[0], ttl).encode()], source, 0, peer)
        except OSError:
            pass  # An ICMP error about an earlier answer.

def listen(netns, name, protocol, address, port):
    enter(netns)
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    server = socket.socket(socket.AF_INET, kind)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    if protocol == "udp":
        server.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    server.bind((address, int(port)))
    if protocol == "tcp":
        server.listen(64)
    threading.Thread(target=serve_tcp if protocol == "tcp" else serve_udp, args=(name, server), daemon=True).start()

ready, tell = os.pipe()
if os.fork() != 0:
    os.close(tell)
    sys.exit(0 if os.read(ready, 1) == b"r" else 1)
os.setsid()
for line in sys.stdin:
    listen(*line.split())
os.write(tell, b"r")
quiet = os.open(os.devnull, os.O_RDWR)
for stream in (0, 1, 2):
    os.dup2(quiet, stream)
threading.Event().wait()
`;

/** `probe(netns, address, port, protocol, seconds)`: outcome, the answer's TTL or None, and its text. */
export const CLIENT_FUNCTIONS = String.raw`
import ctypes, errno, os, select, socket, struct, sys, time

IP_RECVTTL, ETH_P_IP, PACKET_OUTGOING = 12, 0x0800, 4
OUTCOMES = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "refused",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network unreachable",
    errno.EADDRNOTAVAIL: "network unreachable",
    errno.ETIMEDOUT: "timeout",
    errno.EMSGSIZE: "message too long",
    errno.EINVAL: "invalid argument",
    errno.EACCES: "permission denied",
    errno.EPERM: "operation not permitted",
}
libc = ctypes.CDLL(None, use_errno=True)

def enter(netns):
    with open("/run/netns/" + netns) as file:
        if libc.setns(file.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns " + netns)

# What answers the opening of a conversation: SYN-ACK and RST; of ICMP, errors.
def opens(packet):
    head = (packet[0] & 15) * 4
    if packet[9] == socket.IPPROTO_TCP:
        return packet[head + 13] & 0x04 or packet[head + 13] & 0x12 == 0x12
    return packet[9] == socket.IPPROTO_ICMP and packet[head] in (3, 11)

# The TTL of the last such packet that came into the namespace.
def last_ttl(tap):
    ttl = None
    while select.select([tap], [], [], 0)[0]:
        packet, address = tap.recvfrom(65536)
        if address[2] != PACKET_OUTGOING and opens(packet):
            ttl = packet[8]
    return ttl

def tcp(client, tap, address, port):
    client.connect((address, port))
    ttl = last_ttl(tap)
    client.sendall(("GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % address).encode())
    text = b""
    while True:
        data = client.recv(65536)
        if not data:
            return ttl, text.decode().rsplit("\r\n", 1)[-1]
        text += data

def udp(client, tap, address, port):
    client.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    client.connect((address, port))
    client.send(b"hello\n")
    text, messages, _, _ = client.recvmsg(65536, 64)
    return struct.unpack("=i", messages[0][2][:4])[0], text.decode()

def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF

# Other ICMP of the namespace comes to a raw socket, too: only our echo's answer or an error about it counts.
def icmp(client, tap, address, port):
    ident = struct.unpack("=H", os.urandom(2))[0]
    echo = struct.pack("!BBHHH", 8, 0, 0, ident, 1) + b"kubehop!" * 7
    echo = echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:]
    client.sendto(echo, (address, 0))
    end = time.monotonic() + client.gettimeout()
    while time.monotonic() < end:
        packet = client.recv(65536)
        head = (packet[0] & 15) * 4
        kind, code = packet[head], packet[head + 1]
        if kind == 0 and struct.unpack("!H", packet[head + 4 : head + 6])[0] == ident:
            return packet[8], ""
        if kind == 3:
            raise OSError(errno.ENETUNREACH if code == 0 else errno.EHOSTUNREACH, "")
    raise TimeoutError()

WAYS = {
    "tcp": (socket.SOCK_STREAM, 0, tcp),
    "udp": (socket.SOCK_DGRAM, 0, udp),
    "icmp": (socket.SOCK_RAW, socket.IPPROTO_ICMP, icmp),
}

def probe(netns, address, port, protocol, seconds):
    enter(netns)
    kind, number, way = WAYS[protocol]
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP)) as tap:
        with socket.socket(socket.AF_INET, kind, number) as client:
            client.settimeout(float(seconds))
            try:
                return ("reply", *way(client, tap, address, int(port)))
            except TimeoutError as error:
                return ("timeout", last_ttl(tap) if error.errno else None, "")
            except OSError as error:
                return (OUTCOMES.get(error.errno, str(error)), last_ttl(tap), "")
`;

/** One probe, as its arguments say: prints outcome, TTL (`-` without an answer) and text, parted by tabs. */
export const CLIENT_PROGRAM = `${CLIENT_FUNCTIONS}
outcome, ttl, text = probe(*sys.argv[1:])
print(outcome, "-" if ttl is None else ttl, text.strip(), sep="\\t")
`;
