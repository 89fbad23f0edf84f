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

# Kinds of devices that this kernel has not; each has a stand-in.
LACKING=' '
STAND_INS=0

# --- making ---------------------------------------------------------------------------------------------------------------------

make_namespaces() {
  printf "netns add \${PREFIX}_%s\n" "\${NAMESPACES[@]}" | ip -batch - || die "cannot make network namespaces here" 3
  awk 'NR == FNR { names[NR] = $0; next } { for (i in names) print names[i], $0 }' \
    <(printf '%s\n' "\${NAMESPACES[@]}") <(fresh_sysctls) | set_sysctls
}

# What this kernel may not have is asked for before anything is built, and refused unless the rest is wanted all the same.
lacks() { # KIND MESSAGE
  [ "\${KUBEHOP_STAND_INS:-no}" = yes ] || die "$2; with KUBEHOP_STAND_INS=yes the rest is built" 3
  LACKING+="$1 "
}

need_kind() { # KIND
  local said
  said=$(ip -n "\${PREFIX}_$WIRE" link add needed type "$1" 2>&1) && ip -n "\${PREFIX}_$WIRE" link del needed
  [[ $said != *'Unknown device type'* ]] || lacks "$1" "this kernel has no devices of the kind $1"
}

# The ipip module's own device is in every namespace once the module is loaded, in the host's, too: that is not ours to do.
need_tunl0() {
  ip -n "\${PREFIX}_$WIRE" link show tunl0 >/dev/null 2>&1 ||
    lacks ipip "this kernel has the module ipip not loaded: 'modprobe ipip' loads it where there is one, and gives the host a tunl0"
}

# Lines of ip(8) without the word ip. A kernel may give fallback devices (tunl0, sit0) to every namespace: then they have the indexes
# we would give.
ip_lines() { # NAME
  if [ "$INDEXES" = yes ]; then ip -n "\${PREFIX}_$1" -batch -; else sed -E 's/ index [0-9]+//g' | ip -n "\${PREFIX}_$1" -batch -; fi
}

bridge_lines() { # NAME
  bridge -n "\${PREFIX}_$1" -batch -
}

# Queues are modules of their own: one that this kernel does not have is left out, and told.
tc_lines() { # NAME
  local line
  while IFS= read -r line; do
    # shellcheck disable=SC2086 # a line is words
    tc -n "\${PREFIX}_$1" $line || printf 'left out in %s: tc %s\n' "$1" "$line" >&2
  done
}

# NAME, PATH below /proc/sys, and the value.
set_sysctls() {
  sed "s/^/\${PREFIX}_/" | python3 -c "$(sysctl_program)"
}

restore_sets() { # NAME
  ip netns exec "\${PREFIX}_$1" ipset restore
}

restore_rules() { # NAME
  ip netns exec "\${PREFIX}_$1" iptables-restore
}

# Network cards, and their cables into the wire: NETNS DEV INDEX MAC MTU PORT WIRE.
plugs() {
  local netns dev index mac mtu port wire
  while read -r netns dev index mac mtu port wire; do
    printf 'link add name %s mtu %s type veth peer name %s index %s address %s mtu %s netns %s\n' \
      "$port" "$mtu" "$dev" "$index" "$mac" "$mtu" "\${PREFIX}_$netns"
    printf 'link set %s master %s up\n' "$port" "$wire"
  done | ip_lines "$WIRE"
}

# Both ends of veth pairs: NETNS DEV INDEX MAC MTU, twice.
pairs() {
  local netns dev index mac mtu other_netns other_dev other_index other_mac other_mtu
  while read -r netns dev index mac mtu other_netns other_dev other_index other_mac other_mtu; do
    printf 'link add name %s index %s address %s mtu %s netns %s type veth peer name %s index %s address %s mtu %s netns %s\n' \
      "$dev" "$index" "$mac" "$mtu" "\${PREFIX}_$netns" \
      "$other_dev" "$other_index" "$other_mac" "$other_mtu" "\${PREFIX}_$other_netns"
  done | ip_lines "$WIRE"
}

# A device with one end, or its stand-in. tunl0 comes with the module.
device() { # NETNS DEV INDEX MAC MTU KIND [WORD...]
  if [[ $LACKING = *" $6 "* || $6 = openvswitch ]]; then
    stand_in "$@"
  elif [ "$6" != ipip ]; then
    ip_lines "$1" <<<"link add name $2 index $3 address $4 mtu $5 type \${*:6}"
  fi
}

# A device of that name whose far end is nobody's: addresses, routes and rules are as they were, but what is sent through it is lost.
stand_in() { # NETNS DEV INDEX MAC MTU KIND
  local mac=" address $4"
  [[ $4 =~ ^(..:){5}..$ && $4 != 00:00:00:00:00:00 ]] || mac=
  STAND_INS=$((STAND_INS + 1))
  ip_lines "$WIRE" <<<"link add name $2 index $3$mac mtu $5 netns \${PREFIX}_$1 type veth peer name nobody$STAND_INS"
  ip_lines "$WIRE" <<<"link set nobody$STAND_INS up"
  printf 'stand-in: %s %s %s\n' "$1" "$2" "$6"
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
    [ ! -e "/run/netns/\${PREFIX}_$name" ] || die "namespace \${PREFIX}_$name exists: '$0 down' removes it, or set KUBEHOP_PREFIX to another word"
  done
  trap down EXIT
  make_namespaces
  [ "$(ip -n "\${PREFIX}_$WIRE" -o link | wc -l)" = 1 ] && INDEXES=yes || INDEXES=no
  [ "$TUNL0" = no ] || need_tunl0
  build
  start_servers
  trap - EXIT
  printf 'up: %s namespaces, %s…\n' "\${#NAMESPACES[@]}" "\${PREFIX}_"
}

# --- asking ---------------------------------------------------------------------------------------------------------------------

start_servers() {
  servers | sed "s/^/\${PREFIX}_/" | ip netns exec "\${PREFIX}_$WIRE" python3 -c "$(server_program)" || die "a server did not start"
}

stands() { # NETNS
  [ -e "/run/netns/\${PREFIX}_$1" ] || die "nothing is built: '$0 up' builds it"
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
  IFS=$'\t' read -r outcome ttl text < <(python3 -c "$(client_program)" "\${PREFIX}_$netns" "$to" "$3" "\${4:-tcp}" "\${5:-5}")
  printf '%s\n' "$outcome\${text:+: $text}"
  [ "$ttl" = - ] || printf 'the answer came with ttl %s\n' "$ttl"
  [ "$outcome" = reply ]
}

inside() { # PLACE COMMAND...
  [ $# -ge 2 ] || die "exec PLACE COMMAND..." 2
  local netns
  netns=$(netns_of "$1") || exit 2
  stands "$netns"
  exec ip netns exec "\${PREFIX}_$netns" "\${@:2}"
}

# --- removing -------------------------------------------------------------------------------------------------------------------

down() {
  local name
  local -a standing=()
  for name in "\${NAMESPACES[@]}"; do
    [ ! -e "/run/netns/\${PREFIX}_$name" ] || standing+=("\${PREFIX}_$name")
  done
  [ "\${#standing[@]}" -gt 0 ] || return 0
  # One that ended by itself meanwhile cannot be killed any more.
  inhabitants "\${standing[@]}" | xargs -r kill -KILL 2>/dev/null || :
  printf 'netns del %s\n' "\${standing[@]}" | ip -force -batch -
}

# Processes in any of these namespaces; some end while we look.
inhabitants() { # NETNS...
  { stat -Lc '%i' "\${@/#//run/netns/}" && echo && stat -Lc '%i %n' /proc/[0-9]*/ns/net 2>/dev/null || :; } |
    awk '!NF { processes = 1; next } !processes { ours[$1]; next } $1 in ours { split($2, path, "/"); print path[3] }'
}

main() {
  case \${1:-} in
    up) up ;;
    down) down ;;
    probe) probe "\${@:2}" ;;
    exec) inside "\${@:2}" ;;
    places) places ;;
    *) usage >&2 && exit 2 ;;
  esac
}
`.replaceAll('\\$', '$');
