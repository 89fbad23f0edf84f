/** The open menu of a MenuButton. */
import type { ReactElement, RefObject } from 'react';
import { Menu, MenuItem } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import type { MenuButtonProps } from './MenuButton.tsx';
import styles from './MenuPopover.module.css';

export interface MenuPopoverProps extends Omit<MenuButtonProps, 'children'> {
  readonly trigger: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
}

export function MenuPopover(props: MenuPopoverProps): ReactElement {
  const { label, choices, selected, placement, trigger, onChoose, onClose } = props;
  return (
    <Popover
      isOpen
      triggerRef={trigger}
      placement={placement}
      className={styles.popover ?? ''}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Menu
        autoFocus="first"
        aria-label={label}
        className={styles.menu ?? ''}
        disabledKeys={choices.filter(({ disabled }) => disabled === true).map(({ id }) => id)}
        {...(selected === undefined ? {} : { selectionMode: 'single', selectedKeys: [selected] })}
        onAction={(id) => onChoose(String(id))}
        onClose={onClose}
      >
        {choices.map(({ id, text, lang }) => (
          <MenuItem key={id} id={id} className={styles.item ?? ''} textValue={text}>
            <span lang={lang}>{text}</span>
          </MenuItem>
        ))}
      </Menu>
    </Popover>
  );
}
