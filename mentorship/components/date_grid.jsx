import { createElement, useEffect, useRef } from "react";

const WEEK = 7;

/**
 * The keyboard of an ARIA date grid: one day is in the tab order, arrow keys walk, Home and End go to
 * the week's ends, Page Up and Page Down turn the month. Walking over the edge turns the month, too,
 * and the focus lands on the first or last day of the new one.
 */
export function DateGrid({ month, onPrevious, onNext, children, ...rest }) {
  const box = useRef(null);
  const landing = useRef(null);
  const days = () => [...box.current.querySelectorAll("[data-day]")];

  const rove = (day) => {
    for (const other of days()) other.tabIndex = other === day ? 0 : -1;
  };

  useEffect(() => {
    const all = days();
    if (!all.length) return;
    const start =
      all.find((day) => day.getAttribute("aria-pressed") === "true") ??
      all.find((day) => day.dataset.free === "true") ??
      all[0];
    const target = landing.current === "first" ? all[0] : landing.current === "last" ? all.at(-1) : null;
    rove(target ?? start);
    target?.focus();
    landing.current = null;
  }, [month]);

  const turn = (direction, where) => {
    const handler = direction < 0 ? onPrevious : onNext;
    if (!handler) return;
    landing.current = where;
    handler();
  };

  const onKeyDown = (event) => {
    const all = days();
    const at = all.indexOf(event.target);
    if (at < 0) return;
    const column = Number(all[at].dataset.column);
    const step = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -WEEK,
      ArrowDown: WEEK,
      Home: -column,
      End: WEEK - 1 - column,
    }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const to = event.key === "Home" || event.key === "End" ? Math.min(Math.max(at + step, 0), all.length - 1) : at + step;
      if (to < 0) return turn(-1, "last");
      if (to >= all.length) return turn(1, "first");
      rove(all[to]);
      all[to].focus();
    } else if (event.key === "PageUp" || event.key === "PageDown") {
      event.preventDefault();
      event.key === "PageUp" ? turn(-1, "first") : turn(1, "first");
    }
  };

  return createElement("div", { ...rest, ref: box, onKeyDown, onFocus: (event) => event.target.dataset.day && rove(event.target) }, children);
}
