/** The map's words in the language of the interface. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SceneWords } from '../scene/words.ts';

export function useSceneWords(): SceneWords {
  // `t` is another function after the language changed.
  const { t } = useTranslation();
  return useMemo((): SceneWords => {
    return {
      bridge: t('topology.bridge'),
      mtu: (bytes) => t('topology.mtu', { bytes }),
      holdsNamespace: t('topology.holdsNamespace'),
      podsFolded: (count) => t('topology.podsFolded', { count }),
      pods: (count) => t('topology.pods', { count }),
      veths: (count) => t('topology.veths', { count }),
      rootNamespace: t('topology.rootNamespace'),
      hostPods: (count) => t('topology.hostPods', { count }),
      underlay: t('topology.underlay'),
      controlPlane: t('topology.controlPlane'),
      noDevice: t('topology.noDevice'),
      standIn: t('topology.standIn'),
      rulesOnEveryNode: t('topology.rulesOnEveryNode'),
      nameOnly: t('topology.nameOnly'),
      natRules: (count) => t('topology.natRules', { count }),
      nodeNotReady: t('topology.nodeNotReady'),
      nodeOff: t('topology.nodeOff'),
      nodeWithoutApi: t('topology.nodeWithoutApi'),
      pendingPods: (count) => t('topology.pendingPods', { count }),
      localProcess: t('topology.localProcess'),
      others: t('topology.others'),
      byHand: t('topology.byHand'),
      hiddenDevices: (names) => t('topology.hiddenDevices', { names }),
      moreServices: (count) => t('topology.moreServices', { count }),
      aria: {
        node: (name, ip) => t('topology.aria.node', { name, ip }),
        pod: (name, ip, trouble) =>
          trouble === null ? t('topology.aria.pod', { name, ip }) : t('topology.aria.podTrouble', { name, ip, trouble }),
        fold: (name, count) => t('topology.aria.fold', { name, count }),
        container: (name, image) => t('topology.aria.container', { name, image }),
        device: (name, place) => t('topology.aria.device', { name, place }),
        netfilter: (node, count) => t('topology.aria.netfilter', { node, count }),
        hook: (hook, node) => t('topology.aria.hook', { hook, node }),
        service: (name, ip, count) => t('topology.aria.service', { name, ip, count }),
        host: (name, ip) => t('topology.aria.host', { name, ip }),
        netns: (node) => t('topology.aria.netns', { node }),
      },
    };
  }, [t]);
}
