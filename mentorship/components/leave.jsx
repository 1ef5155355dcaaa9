import { useEffect } from "react";

/**
 * Takes the browser to another site once per ticket: somebody who comes back to this page, with the
 * back button or by reloading, stays here, whichever page they left from since.
 */
export function Leave({ to, ticket }) {
  useEffect(() => {
    const left = `left ${ticket}`;
    if (!to || sessionStorage.getItem(left)) return;
    sessionStorage.setItem(left, to);
    window.location.assign(to);
  }, [to, ticket]);
  return null;
}
