/**
 * What a person may have done to a node by hand: a sysctl, a rule of each table, kube-proxy taken away.
 */
import type { NodeSpec } from '../../cluster/scenario.ts';
import type { Draw } from './draw.ts';

const SYSCTLS = [
  'net.bridge.bridge-nf-call-iptables=0',
  'net.ipv4.ip_forward=0',
  'net.ipv4.ip_default_ttl=1',
  'net.ipv4.ip_default_ttl=3',
  'net.ipv4.conf.all.route_localnet=0',
  'net.ipv4.conf.all.rp_filter=1',
  'net.ipv4.conf.all.rp_filter=2',
  'net.ipv4.conf.eth0.rp_filter=1',
  'net.ipv4.conf.eth0.forwarding=0',
  'net.ipv4.conf.all.accept_local=1',
] as const;

const RULES = [
  '-P FORWARD DROP',
  '-P INPUT DROP',
  '-P OUTPUT DROP',
  '-A FORWARD -p udp -j DROP',
  '-I INPUT -p udp -j REJECT',
  '-I OUTPUT -p tcp --dport 8080 -j REJECT',
  '-I FORWARD -p tcp --dport 8080 -j REJECT --reject-with tcp-reset',
  '-I FORWARD -p tcp --dport 8080 -j REJECT --reject-with icmp-admin-prohibited',
  '-I FORWARD -j REJECT --reject-with icmp-net-unreachable',
  '-I INPUT -p icmp -j REJECT --reject-with icmp-host-prohibited',
  '-I INPUT -p tcp --dport 4444 -m conntrack --ctstate NEW -j REJECT --reject-with tcp-reset',
  '-I FORWARD -m physdev --physdev-is-bridged -j DROP',
  '-I FORWARD -m conntrack --ctstate INVALID -j DROP',
  '-I FORWARD -m conntrack --ctstate DNAT -j DROP',
  '-I FORWARD -m addrtype --src-type LOCAL -j DROP',
  '-I FORWARD -m iprange --src-range 10.244.0.0-10.244.0.255 -j DROP',
  '-I INPUT -m pkttype --pkt-type host -p icmp -j DROP',
  '-I INPUT -p tcp -m multiport --dports 4444,8080:8081 -m addrtype --dst-type LOCAL -j DROP',
  '-t raw -A PREROUTING -p udp -j NOTRACK',
  '-t raw -A PREROUTING -p tcp -j CT --notrack',
  '-t raw -A OUTPUT -p tcp --dport 80 -j NOTRACK',
  '-t raw -I PREROUTING -s 192.168.1.100 -j DROP',
  '-t mangle -A PREROUTING -p tcp -j MARK --set-mark 0x4000',
  '-t mangle -A PREROUTING -m rpfilter --invert -j DROP',
  '-t mangle -A FORWARD -m ttl --ttl-lt 64 -j DROP',
  '-t mangle -A OUTPUT -p udp -j MARK --set-mark 0x4000',
  '-t mangle -A POSTROUTING -m length --length 0:100 -j ACCEPT',
  '-t nat -A POSTROUTING -j MASQUERADE',
  '-t nat -I POSTROUTING -s 10.244.0.0/16 -j SNAT --to-source 192.168.1.11',
  '-t nat -I PREROUTING -p tcp --dport 8080 -j REDIRECT --to-ports 4444',
  '-t nat -I PREROUTING -p tcp --dport 4444 -j DNAT --to-destination 192.168.1.100:9999',
  '-t nat -I OUTPUT -p udp --dport 4444 -j DNAT --to-destination 192.168.1.100:9999',
  '-t nat -A INPUT -p tcp -j SNAT --to-source 10.9.9.9',
] as const;

/** Most nodes are left alone. */
export function drawByHand(draw: Draw): Partial<NodeSpec> {
  switch (draw.below(8)) {
    case 0: {
      const [name = '', value = ''] = draw.pick(SYSCTLS).split('=');
      return { sysctls: { [name]: value } };
    }
    case 1:
    case 2:
      return { iptables: [draw.pick(RULES)] };
    case 3:
      return { kubeProxy: !draw.oneIn(3) };
    default:
      return {};
  }
}
