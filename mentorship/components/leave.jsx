import { useEffect } from "react";

const LEFT = "left";

/**
 * Takes the browser to another site once per ticket: somebody who comes back to this page, with the
 * back button or by reloading, stays here.
 */
export function Leave({ to, ticket }) {
  useEffect(() => {
    if (!to || sessionStorage.getItem(LEFT) === ticket) return;
    sessionStorage.setItem(LEFT, ticket);
    window.location.assign(to);
  }, [to, ticket]);
  return null;
}
