import { useEffect, useState } from 'preact/hooks';

/** How long it has been shown: `4:07`, `1:02:03`. */
export function OnAirTime() {
  const [sinceMs] = useState(Date.now);
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <time class="on-air-time">{inHours(Math.floor((nowMs - sinceMs) / 1000))}</time>;
}

function inHours(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [first, ...others] = parts[0] === 0 ? parts.slice(1) : parts;
  return [first, ...others.map((part) => String(part).padStart(2, '0'))].join(':');
}
