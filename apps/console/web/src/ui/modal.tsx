import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { Icon } from './icon.js';

interface ModalProps {
  title: ReactNode;
  kind: 'dialog' | 'drawer';
  onClose: () => void;
  children: ReactNode;
  foot?: ReactNode;
  /** The user has typed something: closing the dialog asks for confirmation. */
  isUnsaved?: boolean;
}

/**
 * A dialog in the middle or at the side of the page. The browser's `dialog` element keeps the focus inside; Escape closes it, and the focus
 * returns to the element that opened it.
 */
export function Modal({ title, kind, onClose, children, foot, isUnsaved = false }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [isAsking, setAsking] = useState(false);
  /** Where the mouse button was pressed: a drag can begin inside and end outside. */
  const pressed = useRef<EventTarget | null>(null);
  const leave = (): void => {
    if (isUnsaved) setAsking(true);
    else onClose();
  };

  useEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      // The browser returns the focus only while the dialog is in the document.
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      className={kind}
      aria-labelledby={heading}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // Handled here, because browsers can close all dialogs at once, and always close one at the second Escape.
        event.preventDefault();
        event.stopPropagation();
        leave();
      }}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onClose={() => {
        // Closed in another way, such as a back gesture.
        if (dialog.current?.isConnected !== true || dialog.current.open) return;
        dialog.current.showModal();
        leave();
      }}
      onPointerDown={(event) => {
        pressed.current = event.target;
      }}
      onClick={(event) => {
        if (event.target === dialog.current && pressed.current === dialog.current) leave();
      }}
    >
      <div className="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" className="button button-plain button-icon" onClick={leave} aria-label="Close">
          <Icon name="close" />
        </button>
      </div>
      <div className="dialog-body">{children}</div>
      {isAsking && isUnsaved ? (
        <LeaveQuestion
          onLeave={onClose}
          onStay={() => {
            setAsking(false);
          }}
        />
      ) : foot === undefined ? null : (
        <div className="dialog-foot">{foot}</div>
      )}
    </dialog>
  );
}

function LeaveQuestion({ onLeave, onStay }: { onLeave: () => void; onStay: () => void }) {
  return (
    <div className="dialog-foot">
      <p role="alert" className="dialog-question">
        If you close this now, your changes are lost.
      </p>
      <button type="button" className="button" onClick={onLeave}>
        Discard changes
      </button>
      <button type="button" className="button button-primary" onClick={onStay}>
        Keep editing
      </button>
    </div>
  );
}
