import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { Icon } from './icon.js';

interface ModalProps {
  title: ReactNode;
  kind: 'dialog' | 'drawer';
  onClose: () => void;
  children: ReactNode;
  foot?: ReactNode;
  /** Something was typed that would be lost: whatever closes the window by the way asks before. */
  isUnsaved?: boolean;
}

/**
 * A window over the page, in the middle or at the side. The browser's own `dialog` keeps the focus inside; Escape
 * closes it, and what opened it gets the focus back.
 */
export function Modal({ title, kind, onClose, children, foot, isUnsaved = false }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [isAsking, setAsking] = useState(false);
  /** Where the button was pressed that makes a click: a drag may begin inside and end outside. */
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
      // The browser gives the focus back only while the window is still in the page.
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
        // Not left to the browser: it may close all windows at once, and closes at the second Escape whatever is said to it.
        event.preventDefault();
        event.stopPropagation();
        leave();
      }}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onClose={() => {
        // By another gesture, such as that for going back.
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
        <div className="dialog-foot">
          <p role="alert" className="dialog-question">
            What you have changed would be lost.
          </p>
          <button type="button" className="button" onClick={onClose}>
            Throw it away
          </button>
          <button
            type="button"
            className="button button-primary"
            onClick={() => {
              setAsking(false);
            }}
          >
            Keep editing
          </button>
        </div>
      ) : foot === undefined ? null : (
        <div className="dialog-foot">{foot}</div>
      )}
    </dialog>
  );
}
