/** The sysctls of a node that decide whether packets pass, each with a switch: turn one off and see what breaks. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Segmented } from '../kit/Segmented.tsx';
import { runCommand } from '../store/actions.ts';
import { useApp, useAppStore } from '../store/context.ts';
import styles from './NodeSysctls.module.css';

const SWITCHES = [
  'net.ipv4.ip_forward',
  'net.bridge.bridge-nf-call-iptables',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.conf.all.route_localnet',
] as const;

export function NodeSysctls({ node }: { readonly node: string }): ReactElement | null {
  const { t } = useTranslation();
  const store = useAppStore();
  const sysctls = useApp((state) => state.snapshot.nodes.find((each) => each.name === node)?.root.sysctls);
  const known = SWITCHES.filter((name) => sysctls?.has(name));
  if (known.length === 0) return null;
  return (
    <section>
      <h3>{t('inspector.sysctls')}</h3>
      <ul className={styles.list}>
        {known.map((name) => {
          const value = sysctls?.get(name) ?? '';
          const options = [...new Set(['0', '1', value])].sort().map((id) => ({ id, label: id }));
          return (
            <li key={name}>
              <code>{name}</code>
              <Segmented
                label={name}
                value={value}
                options={options}
                onChange={(next) => runCommand(store, { kind: 'sysctl', node, name, value: next })}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
