/** A dialog over the page: focus is held in it, Esc closes it, the page behind stays as it is. */
import type { ReactElement, ReactNode } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import styles from './ModalDialog.module.css';

export interface ModalDialogProps {
  readonly label: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** Narrow for a form or a question, wide for lists. */
  readonly width?: 'narrow' | 'wide';
  readonly children: ReactNode;
}

export function ModalDialog({ label, isOpen, onClose, width = 'narrow', children }: ModalDialogProps): ReactElement {
  return (
    <ModalOverlay isOpen={isOpen} isDismissable onOpenChange={(open) => !open && onClose()} className={styles.overlay ?? ''}>
      <Modal className={`${styles.modal} ${styles[width]}`}>
        <Dialog aria-label={label} className={styles.dialog ?? ''}>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
