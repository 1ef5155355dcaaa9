import { createElement, useEffect, useState } from "react";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function words(seconds) {
  if (seconds <= 0) return "now";
  const two = (value) => String(value).padStart(2, "0");
  if (seconds >= 2 * DAY) return `in ${Math.floor(seconds / DAY)} days`;
  if (seconds >= HOUR) return `in ${Math.floor(seconds / HOUR)} h ${two(Math.floor((seconds % HOUR) / MINUTE))} min`;
  if (seconds >= 10 * MINUTE) return `in ${Math.floor(seconds / MINUTE)} min`;
  return `in ${Math.floor(seconds / MINUTE)}:${two(seconds % MINUTE)}`;
}

/** The time left until an instant, kept current in the browser; `skew` is the server's clock minus ours, in seconds. */
export function Countdown({ until, skew = 0, ...rest }) {
  const [now, setNow] = useState(null);

  useEffect(() => {
    const tick = () => setNow(Date.now() / 1000 + skew);
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [skew]);

  const left = now === null ? null : Math.round(Date.parse(until) / 1000 - now);
  return createElement("time", { ...rest, dateTime: until }, left === null ? "\u00a0" : words(left));
}
