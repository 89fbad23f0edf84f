/**
 * The program that sends a cluster's probes one after another, in Python: the exported script's own client, and around it what a
 * comparison needs. One process for all, since a probe takes a millisecond and a process thirty.
 *
 * A request is a line of JSON, as is its answer; what it does is named by its one key.
 *
 * `{"watch": [NETNS…]}`: from now on all frames there are seen.
 * `{"probe": {"forget": [NETNS…], "probe": [NETNS, ADDRESS, PORT, PROTOCOL, SECONDS, BYTES] or null, "count": [NETNS…]}}`: first
 * connections, the lists of `-m recent` and paths' MTUs are forgotten, then the probe is sent, then counters are read. With the answer
 * come the IPv4 frames that were seen meanwhile, in the order of time: namespace, device, whether it goes out, the first bytes.
 * `{"print": [[NETNS, COMMAND…]…]}`: what these commands print.
 * `{"restart": NETNS}`: the servers begin anew. `{"hurry": [NETNS…]}`: ARP asks ten times a second, where a kernel asks once, and at
 * once about whom it was only told of, where a kernel waits five seconds; what it learned holds for an hour, so that br_netfilter never
 * takes its way by the bridge's own device (docs/fidelity.md).
 */
import { CLIENT_FUNCTIONS, RESTART_FUNCTION } from '../../cluster/export/programs.ts';

export const DRIVER_PROGRAM = `${CLIENT_FUNCTIONS}${RESTART_FUNCTION}
import glob, json, re, subprocess

NETLINK_NETFILTER, CTNETLINK_DELETE, REQUEST_ACK = 12, 0x0102, 5
ETH_P_ALL, SO_RCVBUFFORCE, SO_TIMESTAMPNS, HEAD_BYTES = 0x0003, 33, 35, 200
TAPS = {}

def watched(namespaces):
    for netns in namespaces:
        enter(netns)
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
        tap.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        tap.setblocking(False)
        TAPS[netns] = tap

# What came by since the last time it was asked. Equal times are of one namespace, whose order its tap has kept.
def seen():
    frames = []
    for netns, tap in TAPS.items():
        while select.select([tap], [], [], 0)[0]:
            data, messages, _, address = tap.recvmsg(HEAD_BYTES, 64)
            if data[12:14] == struct.pack("!H", ETH_P_IP):
                seconds, nanoseconds = struct.unpack("=qq", messages[0][2][:16])
                out = address[2] == PACKET_OUTGOING
                frames.append((seconds * 10**9 + nanoseconds, [netns, address[0], out, data.hex()]))
    frames.sort(key=lambda frame: frame[0])
    return [frame for _, frame in frames]

# conntrack -F, by its one message; and what was learned of the paths' MTU.
def forget(netns):
    enter(netns)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as netlink:
        netlink.send(struct.pack("=IHHIIBBH", 20, CTNETLINK_DELETE, REQUEST_ACK, 1, 0, socket.AF_INET, 0, 0))
        said = struct.unpack_from("=i", netlink.recv(4096), 16)[0]
        if said != 0:
            raise OSError(-said, "conntrack of " + netns)
    for recent in glob.glob("/proc/thread-self/net/xt_recent/*"):
        with open(recent, "w") as file:
            file.write("/\\n")
    with open("/proc/sys/net/ipv4/route/flush", "w") as file:
        file.write("-1\\n")

# Packets by "TABLE CHAIN NUMBER", of all namespaces at once.
def count(namespaces):
    readers = []
    for netns in namespaces:
        enter(netns)
        readers.append((netns, subprocess.Popen(["iptables-save", "-c"], stdout=subprocess.PIPE, text=True)))
    return {netns: counts(reader.communicate()[0]) for netns, reader in readers}

def counts(text):
    table, numbers, packets = "", {}, {}
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:]
        rule = re.match(r"\\[(\\d+):\\d+\\] -A (\\S+)", line)
        if rule:
            chain = table + " " + rule[2]
            numbers[chain] = numbers.get(chain, 0) + 1
            packets[chain + " " + str(numbers[chain])] = int(rule[1])
    return packets

def tried(request):
    for netns in request["forget"]:
        forget(netns)
    seen()
    outcome, ttl, text = probe(*request["probe"]) if request["probe"] else ("", None, "")
    frames = seen()
    counters = count(request["count"])
    return {"outcome": outcome, "ttl": ttl, "text": text.strip(), "counters": counters, "frames": frames}

def printed(commands):
    running = []
    for netns, *command in commands:
        enter(netns)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append((process, netns, command))
    texts = []
    for process, netns, command in running:
        text, error = process.communicate()
        if process.returncode != 0:
            raise OSError("%s in %s: %s" % (" ".join(command), netns, error))
        texts.append(text)
    return texts

def restarted(wire):
    enter(wire)
    restart_servers()

def write_all(paths, value):
    for path in glob.glob(paths):
        with open(path, "w") as file:
            file.write(value + "\\n")

def hurried(namespaces):
    for netns in namespaces:
        enter(netns)
        write_all("/proc/sys/net/ipv4/neigh/*/retrans_time_ms", "100")
        write_all("/proc/sys/net/ipv4/neigh/*/base_reachable_time_ms", "3600000")
        write_all("/proc/sys/net/ipv4/neigh/*/delay_first_probe_time", "0")

DOES = {"watch": watched, "probe": tried, "print": printed, "restart": restarted, "hurry": hurried}

for line in sys.stdin:
    [(what, told)] = json.loads(line).items()
    print(json.dumps(DOES[what](told)), flush=True)
`;
