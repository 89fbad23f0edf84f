/** A button that opens a menu. What draws the menu is loaded when the pointer or the focus comes near. */
import { lazy, Suspense, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode, type RefObject } from 'react';

export interface MenuChoice {
  readonly id: string;
  readonly text: string;
  /** The language of the text, where it is not the page's. */
  readonly lang?: string;
  readonly disabled?: boolean;
}

/** What the button must be given. */
export interface MenuTriggerProps {
  readonly ref: RefObject<HTMLButtonElement | null>;
  readonly 'aria-haspopup': 'menu';
  readonly 'aria-expanded': boolean;
  readonly onPress: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onHoverStart: () => void;
  readonly onFocus: () => void;
}

export interface MenuButtonProps {
  readonly label: string;
  readonly choices: readonly MenuChoice[];
  /** Given: the choices exclude each other, and this is the one in force. */
  readonly selected?: string;
  readonly placement: 'bottom start' | 'bottom end';
  readonly onChoose: (id: string) => void;
  readonly children: (trigger: MenuTriggerProps) => ReactNode;
}

const load = () => import('./MenuPopover.tsx');
const MenuPopover = lazy(async () => ({ default: (await load()).MenuPopover }));

export function MenuButton({ children, onChoose, ...menu }: MenuButtonProps): ReactElement {
  const ref = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const near = (): void => void load();
  return (
    <>
      {children({
        ref,
        'aria-haspopup': 'menu',
        'aria-expanded': open,
        onPress: () => setOpen(true),
        onKeyDown: (event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') setOpen(true);
        },
        onHoverStart: near,
        onFocus: near,
      })}
      <Suspense>
        {open ? <MenuPopover {...menu} trigger={ref} onChoose={onChoose} onClose={() => setOpen(false)} /> : null}
      </Suspense>
    </>
  );
}
