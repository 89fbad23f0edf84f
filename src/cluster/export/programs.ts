/**
 * The small programs an exported script brings along, in Python: one that writes sysctls, the servers of all namespaces, and the client
 * of a probe.
 *
 * A server's answer says who answered, which address it saw and the TTL the request arrived with, so that what a real kernel did
 * can be held against the trace. Both enter a namespace by setns(2), so one process serves all of them.
 */

/** `enter(netns)`: setns(2). */
const ENTER = String.raw`
libc = ctypes.CDLL(None, use_errno=True)

def enter(netns):
    with open("/run/netns/" + netns) as file:
        if libc.setns(file.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns " + netns)
`;

/** Reads `NETNS PATH VALUE` lines, PATH below /proc/sys, and writes them all. */
export const SYSCTL_PROGRAM = `
import ctypes, sys
${ENTER}
for line in sys.stdin:
    netns, path, value = line.rstrip().split(" ", 2)
    enter(netns)
    with open("/proc/sys/" + path, "w") as file:
        file.write(value + "\\n")
`;

/** The abstract socket, in the wire's namespace, at which servers are asked to begin anew. */
const RESTART_SOCKET = String.raw`\0kubehop`;

/** Asks the servers to begin anew; in the wire's namespace. */
export const RESTART_FUNCTION = String.raw`
def restart_servers():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.connect("${RESTART_SOCKET}")
        if door.recv(1) != b"r":
            raise OSError("the servers did not start again")
`;

/**
 * Reads `NETNS NAME PROTOCOL ADDRESS PORT` lines, listens on all of them, and goes into the background. Whoever connects to the abstract
 * socket `kubehop` has the servers begin anew: what they still had to send is not sent.
 */
export const SERVER_PROGRAM = String.raw`
import ctypes, os, re, signal, socket, struct, sys, threading

IP_PKTINFO, IP_PKTOPTIONS, IP_RECVTTL = 8, 9, 12
${ENTER}
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

# A request with its body.
def hear(conversation):
    head, _, body = conversation.recv(65536).partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    left = int(length[1]) - len(body) if length else 0
    while left > 0:
        left -= len(conversation.recv(65536)) or left

def converse(name, conversation, peer):
    with conversation:
        conversation.settimeout(5)
        try:
            ttl = tcp_ttl(conversation)
            hear(conversation)
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

# From here on nobody reads what we say.
def hush():
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)

# A process that listens on all of them, once it does.
def serve(rows):
    ready, tell = os.pipe()
    process = os.fork()
    if process == 0:
        door.close()
        for row in rows:
            listen(*row)
        hush()
        os.write(tell, b"r")
        os.close(tell)
        threading.Event().wait()
    os.close(tell)
    if os.read(ready, 1) != b"r":
        sys.exit(1)
    os.close(ready)
    return process

rows = [line.split() for line in sys.stdin]
started, tell = os.pipe()
if os.fork() != 0:
    os.close(tell)
    sys.exit(0 if os.read(started, 1) == b"r" else 1)
os.close(started)
os.setsid()
door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
door.bind("${RESTART_SOCKET}")
door.listen()
process = serve(rows)
hush()
os.write(tell, b"r")
os.close(tell)
while True:
    asker, _ = door.accept()
    with asker:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        process = serve(rows)
        asker.sendall(b"r")
`;

/** `probe(netns, address, port, protocol, seconds, size)`: outcome, the answer's TTL or None, and its text. */
export const CLIENT_FUNCTIONS = String.raw`
import ctypes, errno, os, select, socket, struct, sys, time

IP_MTU_DISCOVER, IP_PMTUDISC_WANT, IP_PMTUDISC_DO = 10, 1, 2
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
# By code of unreachable (icmp_err_convert); the others: no route to host.
ICMP_ERRORS = {
    0: errno.ENETUNREACH,
    2: errno.ECONNREFUSED,
    3: errno.ECONNREFUSED,
    4: errno.EMSGSIZE,
    6: errno.ENETUNREACH,
    9: errno.ENETUNREACH,
}
${ENTER}
class TimeExceeded(Exception):
    pass

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

def tcp(client, tap, address, port, size):
    client.connect((address, port))
    ttl = last_ttl(tap)
    head = "%s / HTTP/1.1\r\nHost: %s\r\n%s\r\n"
    words = ("POST", address, "Content-Length: %d\r\n" % size) if size else ("GET", address, "")
    client.sendall((head % words).encode() + b"x" * size)
    text = b""
    while True:
        data = client.recv(65536)
        if not data:
            return ttl, text.decode().rsplit("\r\n", 1)[-1]
        text += data

def udp(client, tap, address, port, size):
    client.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    client.connect((address, port))
    client.send(b"x" * size or b"hello\n")
    text, messages, _, _ = client.recvmsg(65536, 64)
    return struct.unpack("=i", messages[0][2][:4])[0], text.decode()

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF

# Other ICMP of the namespace comes to a raw socket, too: only our echo's answer or an error about it counts.
def icmp(client, tap, address, port, size):
    client.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO if size else IP_PMTUDISC_WANT)
    ident = struct.unpack("=H", os.urandom(2))[0]
    echo = struct.pack("!BBHHH", 8, 0, 0, ident, 1) + b"x" * (size or 56)
    echo = echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:]
    client.sendto(echo, (address, 0))
    end = time.monotonic() + client.gettimeout()
    while time.monotonic() < end:
        packet = client.recv(65536)
        head = (packet[0] & 15) * 4
        kind, code = packet[head], packet[head + 1]
        if kind == 0 and struct.unpack("!H", packet[head + 4 : head + 6])[0] == ident:
            return packet[8], ""
        # An error quotes the packet it is about: its header, and the first eight bytes of our echo.
        quoted = packet[head + 8 :]
        inner = (quoted[0] & 15) * 4 if quoted else 0
        if kind not in (3, 11) or quoted[inner + 4 : inner + 6] != echo[4:6]:
            continue
        if kind == 11:
            raise TimeExceeded()
        raise OSError(ICMP_ERRORS.get(code, errno.EHOSTUNREACH), "")
    raise TimeoutError()

WAYS = {
    "tcp": (socket.SOCK_STREAM, 0, tcp),
    "udp": (socket.SOCK_DGRAM, 0, udp),
    "icmp": (socket.SOCK_RAW, socket.IPPROTO_ICMP, icmp),
}

def probe(netns, address, port, protocol, seconds, size=0):
    enter(netns)
    kind, number, way = WAYS[protocol]
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP)) as tap:
        with socket.socket(socket.AF_INET, kind, number) as client:
            client.settimeout(float(seconds))
            try:
                return ("reply", *way(client, tap, address, int(port), int(size)))
            except TimeExceeded:
                return ("time exceeded", last_ttl(tap), "")
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
