/**
 * The part of an exported script that is the same for every cluster: how it makes, asks and removes what the cluster's own part lists.
 */

/** Functions that the cluster's part calls. `$KUBEHOP_PREFIX` begins the name of every namespace, so that two clusters can stand at once. */
export const SHELL_FUNCTIONS = String.raw`
PREFIX=\${KUBEHOP_PREFIX:-kubehop}

die() { # MESSAGE [STATUS]
  printf '%s: %s\n' "\${0##*/}" "$1" >&2
  exit "\${2:-1}"
}

ns() { printf '%s_%s' "$PREFIX" "$1"; }

# --- making ---------------------------------------------------------------------------------------------------------------------

make_netns() { # NAME
  ip netns add "$(ns "$1")" || die "cannot make network namespaces here" 3
  fresh_sysctls | set_sysctls "$1"
}

# Device kinds that this kernel may not have: asked for before anything is built.
need_kind() { # KIND
  local said
  said=$(ip -n "$(ns "$WIRE")" link add needed type "$1" 2>&1) && ip -n "$(ns "$WIRE")" link del needed
  [[ $said != *'Unknown device type'* ]] || die "this kernel has no devices of the kind $1" 3
}

# The ipip module's own device is in every namespace once the module is loaded, in the host's, too: that is not ours to do.
need_tunl0() {
  ip -n "$(ns "$WIRE")" link show tunl0 >/dev/null 2>&1 ||
    die "this kernel has the module ipip not loaded: 'modprobe ipip' loads it where there is one, and gives the host a tunl0" 3
}

# A kernel may give fallback devices (tunl0, sit0) to every namespace: then they have the indexes we would give.
keep_index() {
  if [ "$INDEXES" = yes ]; then cat; else sed -E 's/ index [0-9]+//g'; fi
}

# Lines of ip(8) without the word ip.
ip_lines() { # NAME
  keep_index | ip -n "$(ns "$1")" -batch -
}

bridge_lines() { # NAME
  bridge -n "$(ns "$1")" -batch -
}

# Queues are modules of their own: one that this kernel does not have is left out, and told.
tc_lines() { # NAME
  local line
  while IFS= read -r line; do
    # shellcheck disable=SC2086 # a line is words
    tc -n "$(ns "$1")" $line || printf 'left out in %s: tc %s\n' "$1" "$line" >&2
  done
}

# PATH below /proc/sys, then the value.
set_sysctls() { # NAME
  # shellcheck disable=SC2016 # the inner shell expands them
  ip netns exec "$(ns "$1")" bash -c 'while read -r path value; do printf "%s\n" "$value" >"/proc/sys/$path" || exit; done'
}

restore_sets() { # NAME
  ip netns exec "$(ns "$1")" ipset restore
}

restore_rules() { # NAME
  ip netns exec "$(ns "$1")" iptables-restore
}

# A network card, and its cable into the wire; into that of the first subnet where none is named.
plug() { # NETNS DEV INDEX MAC MTU PORT [WIRE]
  ip_lines "$WIRE" <<<"link add name $6 mtu $5 type veth peer name $2 index $3 address $4 mtu $5 netns $(ns "$1")"
  ip_lines "$WIRE" <<<"link set $6 master \${7:-underlay} up"
}

# Both ends of a veth pair.
pair() { # NETNS DEV INDEX MAC MTU NETNS DEV INDEX MAC MTU
  ip_lines "$1" <<<"link add name $2 index $3 address $4 mtu $5 type veth peer name $7 index $8 address $9 mtu \${10} netns $(ns "$6")"
}

require() {
  [ "$(id -u)" = 0 ] || die "needs root: it makes network namespaces" 3
  local tool
  for tool in ip bridge iptables-restore python3; do
    command -v "$tool" >/dev/null || die "needs $tool (on Debian: apt-get install iproute2 iptables python3)" 3
  done
  [ "$SETS" = no ] || command -v ipset >/dev/null || die "needs ipset (on Debian: apt-get install ipset)" 3
  [ "$BRIDGES" = no ] || [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] ||
    die "this kernel has br_netfilter not loaded; 'modprobe br_netfilter' loads it, and makes the host's own bridges ask iptables, too" 3
}

up() {
  require
  local name
  for name in "\${NAMESPACES[@]}"; do
    [ ! -e "/run/netns/$(ns "$name")" ] || die "namespace $(ns "$name") exists: '$0 down' removes it, or set KUBEHOP_PREFIX to another word"
  done
  trap down EXIT
  for name in "\${NAMESPACES[@]}"; do make_netns "$name"; done
  [ "$(ip -n "$(ns "$WIRE")" -o link | wc -l)" = 1 ] && INDEXES=yes || INDEXES=no
  [ "$TUNL0" = no ] || need_tunl0
  build
  start_servers
  trap - EXIT
  printf 'up: %s namespaces, %s…\n' "\${#NAMESPACES[@]}" "$(ns '')"
}

# --- asking ---------------------------------------------------------------------------------------------------------------------

start_servers() {
  servers | sed "s/^/\${PREFIX}_/" | ip netns exec "$(ns "$WIRE")" python3 -c "$(server_program)" || die "a server did not start"
}

stop_servers() {
  ip netns pids "$(ns "$WIRE")" | xargs -r kill
}

stands() { # NETNS
  [ -e "/run/netns/$(ns "$1")" ] || die "nothing is built: '$0 up' builds it"
}

# An address as it is, or that of a place or Service.
address() { # TARGET
  if [[ $1 =~ ^[0-9.]+$ ]]; then printf '%s\n' "$1"; else address_of "$1"; fi
}

probe() { # FROM TO PORT [PROTOCOL [SECONDS]]
  [ $# -ge 3 ] || die "probe FROM TO PORT [tcp|udp|icmp [SECONDS]]" 2
  local netns to outcome ttl text
  netns=$(netns_of "$1") && to=$(address "$2") || exit 2
  stands "$netns"
  IFS=$'\t' read -r outcome ttl text < <(python3 -c "$(client_program)" "$(ns "$netns")" "$to" "$3" "\${4:-tcp}" "\${5:-5}")
  printf '%s\n' "$outcome\${text:+: $text}"
  [ "$ttl" = - ] || printf 'the answer came with ttl %s\n' "$ttl"
  [ "$outcome" = reply ]
}

inside() { # PLACE COMMAND...
  [ $# -ge 2 ] || die "exec PLACE COMMAND..." 2
  local netns
  netns=$(netns_of "$1") || exit 2
  stands "$netns"
  exec ip netns exec "$(ns "$netns")" "\${@:2}"
}

# --- removing -------------------------------------------------------------------------------------------------------------------

down() {
  local name
  for name in "\${NAMESPACES[@]}"; do
    [ -e "/run/netns/$(ns "$name")" ] || continue
    ip netns pids "$(ns "$name")" | xargs -r kill
    ip netns del "$(ns "$name")"
  done
}

main() {
  case \${1:-} in
    up) up ;;
    down) down ;;
    probe) probe "\${@:2}" ;;
    exec) inside "\${@:2}" ;;
    places) places ;;
    restart-servers) stop_servers && start_servers ;;
    *) usage >&2 && exit 2 ;;
  esac
}
`.replaceAll('\\$', '$');
