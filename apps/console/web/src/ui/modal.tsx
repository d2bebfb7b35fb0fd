import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Icon } from './icon.js';

interface ModalProps {
  title: ReactNode;
  kind: 'dialog' | 'drawer';
  onClose: () => void;
  children: ReactNode;
  foot?: ReactNode;
}

/**
 * A window over the page, in the middle or at the side. The browser's own `dialog` keeps the focus inside, closes on
 * Escape, and gives the focus back to what opened it.
 */
export function Modal({ title, kind, onClose, children, foot }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();

  useEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      // The browser gives the focus back only while the window is still in the page.
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      className={kind}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" className="button button-plain button-icon" onClick={onClose} aria-label="Close">
          <Icon name="close" />
        </button>
      </div>
      <div className="dialog-body">{children}</div>
      {foot === undefined ? null : <div className="dialog-foot">{foot}</div>}
    </dialog>
  );
}
