import { createElement, useEffect, useRef } from "react";

/** A native modal dialog that follows `open`. Escape and a click on the veil ask to be dismissed. */
export function ModalDialog({ open, onDismiss, children, ...rest }) {
  const box = useRef(null);

  useEffect(() => {
    const dialog = box.current;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  const cancel = (event) => {
    event.preventDefault();
    onDismiss?.();
  };
  const press = (event) => {
    const { left, right, top, bottom } = box.current.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    const outside = x < left || x > right || y < top || y > bottom;
    if (event.target === box.current && outside) onDismiss?.();
  };
  return createElement("dialog", { ...rest, ref: box, onCancel: cancel, onPointerDown: press }, open ? children : null);
}
