#!/usr/bin/env bash
#
# Two nodes: a, b.
#
# Rebuilds this cluster's network on a real Linux kernel, as Kubehop simulated it: a network namespace for each machine and Pod, the
# same devices, addresses, routes, neighbours, sysctls and iptables rules, and a small server wherever something listened.
#
#   sudo bash THIS_FILE up                        builds it
#   sudo bash THIS_FILE probe FROM TO PORT        sends a packet and says who answered, whom it saw, and with which TTL it arrived
#   sudo bash THIS_FILE exec PLACE COMMAND...     runs a command there: exec node/NAME iptables-save -c
#   sudo bash THIS_FILE places                    lists the places and Services that FROM and TO may name
#   sudo bash THIS_FILE down                      removes it
#
# Needs root, bash, iproute2, iptables, python3, and ipset where rules ask sets. Everything is in namespaces of its own; their names begin
# with kubehop_, or with the word in KUBEHOP_PREFIX. Nothing of the host's network is read or changed, and there is no way out of the
# namespaces. Where the kernel lacks a kind of device, KUBEHOP_STAND_INS=yes builds the rest: in the place of each such device is one that
# leads nowhere.
#
# Neighbours and forwarding entries that were learned are learned again. Connections and lists of session affinity begin empty.
# No names are resolved.
set -euo pipefail

# The wire between the machines has a namespace of its own.
WIRE=_wire
NAMESPACES=(
  "$WIRE"
  _external
  a
  b
  b_default_web
)
TUNL0=no
BRIDGES=yes
SETS=no

# A namespace nobody has touched: PATH below /proc/sys and value, for a new one takes the host's settings instead.
fresh_sysctls() {
  cat <<'END'
net/ipv4/conf/all/accept_local 0
net/ipv4/conf/all/arp_ignore 0
net/ipv4/conf/all/arp_notify 0
net/ipv4/conf/all/forwarding 0
net/ipv4/conf/all/proxy_arp 0
net/ipv4/conf/all/route_localnet 0
net/ipv4/conf/all/rp_filter 0
net/ipv4/conf/all/send_redirects 1
net/ipv4/conf/default/accept_local 0
net/ipv4/conf/default/arp_ignore 0
net/ipv4/conf/default/arp_notify 0
net/ipv4/conf/default/forwarding 0
net/ipv4/conf/default/proxy_arp 0
net/ipv4/conf/default/route_localnet 0
net/ipv4/conf/default/rp_filter 0
net/ipv4/conf/default/send_redirects 1
net/ipv4/conf/lo/accept_local 0
net/ipv4/conf/lo/arp_ignore 0
net/ipv4/conf/lo/arp_notify 0
net/ipv4/conf/lo/forwarding 0
net/ipv4/conf/lo/proxy_arp 0
net/ipv4/conf/lo/route_localnet 0
net/ipv4/conf/lo/rp_filter 0
net/ipv4/conf/lo/send_redirects 1
END
}

…

# Who listens: namespace, name, protocol, address, port.
servers() {
  cat <<'END'
_external     external tcp 0.0.0.0   9999
_external     external udp 0.0.0.0   9999
_external     external udp 0.0.0.0   53
_external     external tcp 0.0.0.0   53
a             a        tcp 0.0.0.0   10250
a             a        tcp 127.0.0.1 10248
b             b        tcp 0.0.0.0   10250
b             b        tcp 127.0.0.1 10248
b_default_web web      tcp 0.0.0.0   8080
END
}

netns_of() { # PLACE
  case $1 in
    external) echo _external ;;
    node/a) echo a ;;
    node/b) echo b ;;
    pod/web) echo b_default_web ;;
    *) die "no place $1: '$0 places' lists them" 2 ;;
  esac
}

address_of() { # PLACE_OR_SERVICE
  case $1 in
    external) echo 192.168.1.100 ;;
    node/a) echo 192.168.1.1 ;;
    node/b) echo 192.168.1.2 ;;
    pod/web) echo 10.244.1.2 ;;
    svc/web) echo 10.96.0.20 ;;
    *) die "no target $1: an address, or what '$0 places' lists" 2 ;;
  esac
}

places() {
  cat <<'END'
external 192.168.1.100
node/a   192.168.1.1
node/b   192.168.1.2
pod/web  10.244.1.2
svc/web  10.96.0.20
END
}

usage() {
  printf 'usage: bash %s up | probe FROM TO PORT [tcp|udp|icmp [SECONDS]] | exec PLACE COMMAND... | places | down\n' "$0"
}

build() {
need_kind bridge
need_kind vxlan

# --- the wire ------------------------------------------------------------------------------------------------------------------
ip_lines "$WIRE" <<'END'
link set lo up
link add underlay type bridge mcast_snooping 0
link set underlay up
END

# --- cards and their cables: namespace, device, index, link address, MTU, port, wire -------------------------------------------
plugs <<'END'
_external eth0 2 92:a0:fd:07:22:d3 1500 port1 underlay
a eth0 2 5e:50:53:fa:5a:2d 1500 port2 underlay
b eth0 2 d6:c2:b8:21:ea:46 1500 port3 underlay
END

# --- veth pairs: namespace, device, index, link address, MTU of each end -------------------------------------------------------
pairs <<'END'
b veth676aeb24 5 5e:6a:4c:e1:24:1c 1450 b_default_web eth0 2 d2:ee:dc:9e:4a:a0 1450
END

# --- other devices: namespace, device, index, link address, MTU, kind ----------------------------------------------------------
device a flannel.1 3 42:85:31:5c:ca:08 1450 vxlan id 1 local 192.168.1.1 dev eth0 dstport 8472 nolearning
device b flannel.1 3 be:c9:db:0a:21:de 1450 vxlan id 1 local 192.168.1.2 dev eth0 dstport 8472 nolearning
device b cni0 4 46:cd:32:b3:ac:16 1450 bridge

# --- settings: namespace, path, value ------------------------------------------------------------------------------------------
set_sysctls <<'END'
a net/ipv4/ip_forward 1
b net/ipv4/ip_forward 1
b_default_web net/ipv4/conf/eth0/arp_notify 1
END

# --- host external -------------------------------------------------------------------------------------------------------------
ip_lines _external <<'END'
addr add 192.168.1.100/24 dev eth0 scope global
link set lo up
link set eth0 up
END

# --- node a --------------------------------------------------------------------------------------------------------------------
restore_rules a <<'END'
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:FLANNEL-POSTRTG - [0:0]
-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s 10.244.0.0/24 -d 10.244.0.0/16 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s 10.244.0.0/16 -d 10.244.0.0/24 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.0.0/24 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.0.0/16 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:FLANNEL-FWD - [0:0]
-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
-A FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
-A FLANNEL-FWD -d 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
COMMIT
END
ip_lines a <<'END'
addr add 192.168.1.1/24 dev eth0 scope global
addr add 10.244.0.0/32 dev flannel.1 scope global
link set flannel.1 txqueuelen 0
link set lo up
link set eth0 up
link set flannel.1 up
route add default via 192.168.1.100 dev eth0
route add 10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink
neigh replace 10.244.1.0 lladdr be:c9:db:0a:21:de dev flannel.1 nud permanent
END
bridge_lines a <<'END'
fdb append be:c9:db:0a:21:de dev flannel.1 dst 192.168.1.2 self permanent
END

# --- node b --------------------------------------------------------------------------------------------------------------------
restore_rules b <<'END'
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:FLANNEL-POSTRTG - [0:0]
-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s 10.244.1.0/24 -d 10.244.0.0/16 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s 10.244.0.0/16 -d 10.244.1.0/24 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.1.0/24 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
-A FLANNEL-POSTRTG ! -s 10.244.0.0/16 -d 10.244.0.0/16 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:FLANNEL-FWD - [0:0]
-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
-A FLANNEL-FWD -s 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
-A FLANNEL-FWD -d 10.244.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
COMMIT
END
ip_lines b <<'END'
link set veth676aeb24 master cni0
link set veth676aeb24 type bridge_slave hairpin on
addr add 192.168.1.2/24 dev eth0 scope global
addr add 10.244.1.0/32 dev flannel.1 scope global
addr add 10.244.1.1/24 brd 10.244.1.255 dev cni0 scope global
link set cni0 mtu 1450
link set flannel.1 txqueuelen 0
link set veth676aeb24 txqueuelen 0
link set lo up
link set eth0 up
link set flannel.1 up
link set cni0 up
link set veth676aeb24 up
route add default via 192.168.1.100 dev eth0
route add 10.244.0.0/24 via 10.244.0.0 dev flannel.1 onlink
neigh replace 10.244.0.0 lladdr 42:85:31:5c:ca:08 dev flannel.1 nud permanent
END
bridge_lines b <<'END'
fdb append 42:85:31:5c:ca:08 dev flannel.1 dst 192.168.1.1 self permanent
END

# --- pod default/web on b ------------------------------------------------------------------------------------------------------
ip_lines b_default_web <<'END'
addr add 10.244.1.2/24 brd 10.244.1.255 dev eth0 scope global
link set eth0 txqueuelen 0
link set lo up
link set eth0 up
route add default via 10.244.1.1 dev eth0
route add 10.244.0.0/16 via 10.244.1.1 dev eth0
END
}

sysctl_program() {
  cat <<'END'
…
END
}

server_program() {
  cat <<'END'
…
END
}

client_program() {
  cat <<'END'
…
END
}

main "$@"
