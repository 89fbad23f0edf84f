/**
 * Line icons on a 16 px grid: the interface's own, and the glyphs of the things on the map, so that a Pod or a veth looks
 * the same in a list as where it is drawn.
 */
import type { ReactElement } from 'react';
import styles from './Icon.module.css';

const SHAPES = {
  add: <path d="M8 3.2v9.6M3.2 8h9.6" />,
  remove: <path d="M3.2 8h9.6" />,
  close: <path d="M4 4l8 8M12 4l-8 8" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.2" />,
  menu: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="M10.2 10.2 13.5 13.5" />
    </>
  ),
  chevronDown: <path d="M4 6.2 8 10l4-3.8" />,
  chevronUp: <path d="M4 9.8 8 6l4 3.8" />,
  chevronRight: <path d="M6.2 4 10 8l-3.8 4" />,
  chevronLeft: <path d="M9.8 4 6 8l3.8 4" />,
  fit: <path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />,
  gather: <path d="M1.8 8h4.4M4.3 5.8 6.5 8l-2.2 2.2M14.2 8H9.8M11.7 5.8 9.5 8l2.2 2.2M8 3v10" />,
  send: (
    <>
      <path d="M2.5 8h9M8 4l4 4-4 4" />
      <path d="M14 3v10" />
    </>
  ),
  play: <path d="M5 3.2 12.5 8 5 12.8Z" className={styles.filled} />,
  pause: <path d="M5.2 3.5v9M10.8 3.5v9" strokeWidth="2.4" />,
  stepBack: <path d="M12.5 3.5 6.5 8l6 4.5ZM3.5 3.5v9" />,
  step: <path d="M3.5 3.5 9.5 8l-6 4.5ZM12.5 3.5v9" />,
  loop: (
    <>
      <path d="M3 7.5A4.5 4.5 0 0 1 11 5l1.5 1.5M13 8.5A4.5 4.5 0 0 1 5 11L3.5 9.5" />
      <path d="M12.7 3.5v3h-3M3.3 12.5v-3h3" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="7.5" height="8" rx="1.2" />
      <path d="M10.5 5.5V3H3v8h2.5" />
    </>
  ),
  undo: <path d="M6 3.2 3 6.2l3 3M3.2 6.2h6a3.6 3.6 0 0 1 0 7.2H6" />,
  redo: <path d="M10 3.2l3 3-3 3M12.8 6.2h-6a3.6 3.6 0 0 0 0 7.2H10" />,
  download: <path d="M8 2.5v7.3M5.2 7.2 8 10l2.8-2.8M3 10.5v3h10v-3" />,
  upload: <path d="M8 10V2.8M5.2 5.2 8 2.5l2.8 2.7M3 10.5v3h10v-3" />,
  warning: (
    <>
      <path d="M8 2.5 14 13H2Z" />
      <path d="M8 6.5v3M8 11.3v.1" />
    </>
  ),
  breakpoint: <circle cx="8" cy="8" r="4.5" className={styles.filled} />,
  eye: (
    <>
      <path d="M1.5 8C3.2 5 5.4 3.5 8 3.5S12.8 5 14.5 8c-1.7 3-3.9 4.5-6.5 4.5S3.2 11 1.5 8Z" />
      <circle cx="8" cy="8" r="2" />
    </>
  ),
  moon: <path d="M12.8 9.6A5.2 5.2 0 0 1 6.4 3.2 5.2 5.2 0 1 0 12.8 9.6Z" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.5v1.7M8 12.8v1.7M1.5 8h1.7M12.8 8h1.7M3.4 3.4l1.2 1.2M11.4 11.4l1.2 1.2M12.6 3.4l-1.2 1.2M4.6 11.4l-1.2 1.2" />
    </>
  ),
  projector: (
    <>
      <rect x="2" y="3" width="12" height="8" rx="1" />
      <path d="M8 11v2.5M5.5 13.5h5" />
    </>
  ),
  language: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M2.5 8h11M8 2.5c3.2 3.4 3.2 7.6 0 11M8 2.5c-3.2 3.4-3.2 7.6 0 11" />
    </>
  ),
  keyboard: (
    <>
      <rect x="1.5" y="4" width="13" height="8.5" rx="1.2" />
      <path d="M4 7h.01M6.7 7h.01M9.4 7h.01M12 7h.01M5 10h6" />
    </>
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M6.2 6.4a1.8 1.8 0 1 1 2.6 1.7c-.6.3-.8.6-.8 1.2M8 11.2v.1" />
    </>
  ),
  file: <path d="M4 2h5l3 3v9H4Z M9 2v3h3" />,
  terminal: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.5" />
      <path d="M4.5 6l2 2-2 2M8.5 10.5h3" />
    </>
  ),
  layers: <path d="M8 2.5 14 5.8 8 9 2 5.8Z M2.5 9 8 12l5.5-3" />,
  map: (
    <>
      <path d="M2 11.5h12M5 11.5V7.5M11 11.5V7.5" />
      <rect x="3.3" y="4" width="3.4" height="3.5" />
      <rect x="9.3" y="4" width="3.4" height="3.5" />
    </>
  ),
  node: <rect x="2.5" y="3" width="11" height="10" rx="2.2" />,
  pod: (
    <>
      <rect x="2.5" y="2.5" width="11" height="8" rx="1.8" />
      <path d="M8 10.5v3" />
    </>
  ),
  netns: (
    <>
      <path d="M2.5 5V2.5H5M11 2.5h2.5V5M13.5 11v2.5H11M5 13.5H2.5V11" />
      <rect x="5.5" y="5.5" width="5" height="5" />
    </>
  ),
  service: <rect x="2" y="4" width="12" height="8" rx="1.8" strokeDasharray="2.4 1.8" />,
  veth: (
    <>
      <path d="M2 11.5h12M5 11.5V7.5M11 11.5V7.5" />
      <rect x="3.3" y="4" width="3.4" height="3.5" />
      <rect x="9.3" y="4" width="3.4" height="3.5" />
    </>
  ),
  bridge: (
    <>
      <rect x="1.5" y="7.5" width="13" height="4.5" rx="1" />
      <path d="M4.5 7.5v-4M8 7.5v-4M11.5 7.5v-4" />
    </>
  ),
  vxlan: (
    <>
      <rect x="2" y="4" width="12" height="8.5" rx="1" />
      <path d="M2.2 4.8 8 9l5.8-4.2" />
    </>
  ),
  nic: (
    <>
      <rect x="3" y="3.5" width="10" height="7" rx="1" />
      <path d="M5.5 10.5V13M8 10.5V13M10.5 10.5V13" />
    </>
  ),
  loopback: <path d="M5.2 11.8a4.6 4.6 0 1 1 5.6 0M10.8 11.8V9M10.8 11.8h-2.8" />,
  container: (
    <>
      <path d="M8 2 13.5 5v6L8 14l-5.5-3V5Z" />
      <path d="M2.6 5.1 8 8l5.4-2.9M8 8v6" />
    </>
  ),
  chain: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="1.5" />
      <path d="M2.5 6h11M2.5 9.8h11" />
    </>
  ),
  route: <path d="M8 2.2 13.8 8 8 13.8 2.2 8Z" />,
  wire: <path d="M1.5 8h13M4.5 8V4.5M11.5 8v3.5" />,
  conntrack: (
    <>
      <circle cx="5.6" cy="8" r="3.4" />
      <circle cx="10.4" cy="8" r="3.4" />
    </>
  ),
  external: (
    <>
      <rect x="2.5" y="3" width="11" height="7.5" rx="1.2" />
      <path d="M5 13.5h6M8 10.5v3" />
    </>
  ),
} as const satisfies Readonly<Record<string, ReactElement>>;

export type IconName = keyof typeof SHAPES;

export interface IconProps {
  readonly name: IconName;
  /** Size in px before the theme's scale. */
  readonly size?: number;
}

/** An icon is decoration: what it means is said by the text or label of its control. */
export function Icon({ name, size = 16 }: IconProps): ReactElement {
  const side = `calc(${size}px * var(--scale))`;
  return (
    <svg
      className={styles.icon}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      style={{ width: side, height: side }}
      aria-hidden
    >
      {SHAPES[name]}
    </svg>
  );
}
