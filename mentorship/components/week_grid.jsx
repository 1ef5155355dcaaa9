import { createElement, useEffect, useRef } from "react";

const MINUTE_MS = 60_000;
const STEP = 30;

/**
 * The keyboard and the pointer of a week. Each column is a row of an ARIA grid and each block in it a cell; one cell
 * is in the tab order. Up and Down walk a day, Left and Right go to the same time of the day beside, Home and End to
 * the day's ends, Page Up and Page Down turn the week; so does walking over its edge. On a phone the columns are
 * snapped to one at a time, and the strip of days above leads to each.
 */
export function WeekGrid({ week, onPrevious, onNext, onEmpty, children, ...rest }) {
  const box = useRef(null);
  const landing = useRef(null);
  const last = useRef(null);
  const columns = () => [...box.current.querySelectorAll("[data-column]")];
  const cells = (column) => [...(column ?? box.current).querySelectorAll("[data-cell]")];
  const start = (cell) => Number(cell.dataset.cell);

  const rove = (cell) => {
    for (const other of cells()) other.tabIndex = other === cell ? 0 : -1;
    if (cell) last.current = { column: columns().findIndex((c) => c.contains(cell)), start: start(cell) };
  };

  const nearest = (column, at) =>
    cells(column).reduce((best, cell) => {
      const closer = !best || Math.abs(start(cell) - at) < Math.abs(start(best) - at);
      return closer ? cell : best;
    }, null);

  const focus = (cell) => {
    rove(cell);
    cell?.focus();
  };

  const show = (column) => {
    const scroller = column?.parentElement;
    if (scroller && scroller.scrollWidth > scroller.clientWidth)
      scroller.scrollLeft = column.offsetLeft - columns()[0].offsetLeft;
  };

  const mark = () => {
    const all = columns();
    const scroller = all[0]?.parentElement;
    if (!scroller) return;
    const seen = Math.round(scroller.scrollLeft / all[0].offsetWidth);
    box.current.querySelectorAll("[data-goto]").forEach((button, n) => {
      button.setAttribute("aria-pressed", String(n === Math.min(seen, all.length - 1)));
    });
  };

  useEffect(() => {
    const all = columns();
    if (!all.length) return;
    const picked = cells().find((cell) => cell.getAttribute("aria-pressed") === "true");
    const free = all.find((column) => column.dataset.free === "true");
    const target = landing.current && nearest(all[landing.current.column], landing.current.start);
    const first = picked ?? nearest(free ?? all.find((c) => c.dataset.today === "true") ?? all[0], 0);
    show(all.find((column) => column.contains(target ?? first)));
    target ? focus(target) : rove(first);
    landing.current = null;
    mark();
  }, [week]);

  // Times come and go while the page is open: one cell stays in the tab order, and a focus that has lost its time
  // goes to the nearest one.
  useEffect(() => {
    const watcher = new MutationObserver(() => {
      if (!cells().length || cells().some((cell) => cell.tabIndex === 0)) return;
      const near = last.current && nearest(columns()[last.current.column], last.current.start);
      const lost = document.activeElement === document.body && last.current?.focused;
      lost && near ? focus(near) : rove(near ?? cells()[0]);
    });
    watcher.observe(box.current, { childList: true, subtree: true });
    return () => watcher.disconnect();
  }, []);

  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(() => {
      const moved = Math.floor((Date.now() - began) / MINUTE_MS);
      for (const line of box.current.querySelectorAll("[data-now]"))
        line.style.transform = `translateY(calc(var(--minute) * ${moved}))`;
    }, MINUTE_MS / 2);
    return () => clearInterval(timer);
  }, [week]);

  const turn = (direction, place) => {
    landing.current = place;
    (direction < 0 ? onPrevious : onNext)?.();
  };

  const onKeyDown = (event) => {
    const cell = event.target.closest?.("[data-cell]");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = columns();
    const at = all.findIndex((column) => column.contains(cell));
    const own = cells(all[at]);
    const n = own.indexOf(cell);
    const beside = (direction) => {
      const column = at + direction;
      const place = { column: direction < 0 ? all.length - 1 : 0, start: start(cell) };
      if (column < 0 || column >= all.length) turn(direction, place);
      else focus(nearest(all[column], start(cell)));
    };
    const act = {
      ArrowUp: () => n > 0 && focus(own[n - 1]),
      ArrowDown: () => n < own.length - 1 && focus(own[n + 1]),
      Home: () => focus(own[0]),
      End: () => focus(own.at(-1)),
      ArrowLeft: () => beside(-1),
      ArrowRight: () => beside(1),
      PageUp: () => turn(-1, { column: at, start: start(cell) }),
      PageDown: () => turn(1, { column: at, start: start(cell) }),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const onFocus = (event) => {
    const cell = event.target.closest?.("[data-cell]");
    if (cell) rove(cell);
    if (last.current) last.current.focused = Boolean(cell);
  };

  const onClick = (event) => {
    const strip = event.target.closest?.("[data-goto]");
    if (strip) return show(columns().find((column) => column.dataset.column === strip.dataset.goto));
    const body = event.target.closest?.("[data-body]");
    if (!body || !onEmpty || event.target.closest("[data-cell]")) return;
    const box = body.getBoundingClientRect();
    const minute = ((event.clientY - box.top) / box.height) * Number(body.dataset.height);
    const snapped = Math.floor((Number(body.dataset.top) + minute) / STEP) * STEP;
    onEmpty(body.dataset.body, snapped);
  };

  return createElement("div", { ...rest, ref: box, onKeyDown, onFocus, onClick, onScrollCapture: mark }, children);
}
