/** The packet's path, between lines and boxes: sealed runs double, travelled solid, next dotted, possible dotted with a number. */
import type { ReactElement } from 'react';
import type { PathLines, PossiblePath } from '../packet/path-lines.ts';

export interface PathOverlayProps {
  readonly lines: PathLines;
  readonly possible: readonly PossiblePath[];
}

export function PathOverlay({ lines, possible }: PathOverlayProps): ReactElement {
  return (
    <g className="paths">
      {lines.sealed.map((d) => (
        <g key={d}>
          <path d={d} className="seal" />
          <path d={d} className="seal-in" />
        </g>
      ))}
      {possible.map(({ number, path }) => (
        <path key={number} d={path} className="path-possible" />
      ))}
      {lines.next.map((d) => (
        <path key={d} d={d} className="path-next" />
      ))}
      {lines.travelled.map((d) => (
        <path key={d} d={d} className="path" />
      ))}
    </g>
  );
}

/** The numbers of the possible ways, over everything. */
export function PathBadges({ possible }: Pick<PathOverlayProps, 'possible'>): ReactElement {
  return (
    <g>
      {possible.map(({ number, badge }) => (
        <g key={number} className="badge">
          <circle cx={badge.x} cy={badge.y} r={9} />
          <text x={badge.x} y={badge.y + 4} textAnchor="middle">
            {number}
          </text>
        </g>
      ))}
    </g>
  );
}
